import { activations } from './activation.js';
import { type Attributes, type Body, isFloat, sizeOf } from './kernel.js';

/** Functions by the numbers of kernels/elementwise.ts. */
const functions = {
  exp: 0,
  expm1: 1,
  log: 2,
  log1p: 3,
  softplus: 4,
  erf: 5,
  selu: 6,
  clip: 7,
  sqrt: 8,
  rsqrt: 9,
  reciprocal: 10,
};
const FIRST_ACTIVATION = 16;

/** A kernel that applies one function to each number. Whole numbers are left to tfjs's kernel of that name. */
function unary(
  name: string,
  kind: number,
  limits: (attrs: Attributes) => readonly [number, number] = () => [0, 0],
): Body {
  return ({ x }, attrs, tools) => {
    if (!isFloat(x)) return tools.stock(name, { x: x! }, attrs);
    const y = tools.make(x!.shape);
    tools.kernels.unary!(kind, tools.at(x!), tools.at(y), sizeOf(x!), ...limits(attrs));
    return y;
  };
}

const activation = (name: string, word: string, slope: (attrs: Attributes) => number = () => 0) =>
  unary(name, FIRST_ACTIVATION + activations[word]!, (attrs) => [slope(attrs), 0]);

export const exp = unary('Exp', functions.exp);
export const expm1 = unary('Expm1', functions.expm1);
export const log = unary('Log', functions.log);
export const log1p = unary('Log1p', functions.log1p);
export const softplus = unary('Softplus', functions.softplus);
export const erf = unary('Erf', functions.erf);
export const selu = unary('Selu', functions.selu);
export const sqrt = unary('Sqrt', functions.sqrt);
export const rsqrt = unary('Rsqrt', functions.rsqrt);
export const reciprocal = unary('Reciprocal', functions.reciprocal);
export const clipByValue = unary('ClipByValue', functions.clip, ({ clipValueMin, clipValueMax }) => [
  clipValueMin,
  clipValueMax,
]);
export const relu = activation('Relu', 'relu');
export const relu6 = activation('Relu6', 'relu6');
export const elu = activation('Elu', 'elu');
export const leakyRelu = activation('LeakyRelu', 'leakyrelu', ({ alpha }) => alpha);
export const sigmoid = activation('Sigmoid', 'sigmoid');
export const tanh = activation('Tanh', 'tanh');

/** dy · f′ in one pass; `x` went into the activation, or came out of it where src/gradients/activation.ts says so. */
export const activationGrad: Body = ({ dy, x }, { activation, alpha = 0 }, { kernels, at, make }) => {
  const dx = make(x!.shape);
  const kind = functions[activation as keyof typeof functions] ?? FIRST_ACTIVATION + activations[activation]!;
  kernels.activationGrad!(kind, at(dy!), at(x!), at(dx), sizeOf(x!), alpha);
  return dx;
};
