export { bumpDiscriminator } from './bumpDiscriminator.js';
export { logCosh } from './logCosh.js';
export { polarGenerator } from './polarGenerator.js';
