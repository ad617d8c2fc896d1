export { firstExample, runFirstExample, undocumented } from './readme.js';
