import { obey } from './run.js';

obey();
