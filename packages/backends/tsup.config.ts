import { library } from '../../tsup.base';
import { bundleGradients } from './bundleGradients';

export default library({ noExternal: [/^@tensorflow\/tfjs-core\/dist\//], esbuildPlugins: [bundleGradients()] });
