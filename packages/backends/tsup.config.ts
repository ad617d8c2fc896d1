import { library } from '../../tsup.base';
import { gradientsForTsup } from './bundleGradients';

const notice = `/*! @gm/backends, Apache-2.0. Contains gradient definitions of TensorFlow.js (@tensorflow/tfjs-core),
 * Copyright Google LLC, licensed under the Apache License, Version 2.0, unchanged but for being bundled; see NOTICE. */`;

export default library({ shims: true, esbuildPlugins: [gradientsForTsup()], banner: { js: notice } });
