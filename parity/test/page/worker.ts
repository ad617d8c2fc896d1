import '@tensorflow/tfjs-backend-webgpu';
import { obey } from '../../../packages/backends/test/browser/page/run.js';

obey();
