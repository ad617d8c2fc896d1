/** What tfjs calls the kernels that do a gradient in one pass. Backends without them compose it. */

/** dy, x → dy · f′, x what went into the activation (of sigmoid and tanh: what came out); attrs: activation, alpha */
export const activationGradKernel = 'GmActivationGrad';
/** dy, y → y (dy − Σ dy y) along the last axis; attrs: log (y is the logarithm: dy − eʸ Σ dy) */
export const softmaxGradKernel = 'GmSoftmaxGrad';
