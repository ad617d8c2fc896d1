import { activations } from './activation.js';
import { type Attributes, type Body, isFloat, sizeOf } from './kernel.js';

/** Functions by the numbers of kernels/elementwise.ts. */
const functions = { exp: 0, expm1: 1, log: 2, log1p: 3, sigmoid: 4, tanh: 5, softplus: 6, erf: 7, clip: 8 };
const FIRST_ACTIVATION = 16;

/** A kernel that applies one function to each number. Whole numbers are left to tfjs's kernel of that name. */
function unary(name: string, kind: number, limits: (attrs: Attributes) => readonly [number, number] = () => [0, 0]): Body {
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
export const sigmoid = unary('Sigmoid', functions.sigmoid);
export const tanh = unary('Tanh', functions.tanh);
export const softplus = unary('Softplus', functions.softplus);
export const erf = unary('Erf', functions.erf);
export const clipByValue = unary('ClipByValue', functions.clip, ({ clipValueMin, clipValueMax }) => [clipValueMin, clipValueMax]);
export const relu = activation('Relu', 'relu');
export const relu6 = activation('Relu6', 'relu6');
export const elu = activation('Elu', 'elu');
export const leakyRelu = activation('LeakyRelu', 'leakyrelu', ({ alpha }) => alpha);
