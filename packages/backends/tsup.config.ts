import { library } from '../../tsup.base';
import { gradientsForTsup } from './bundleGradients';

const notice = `/*! @gm/backends, Apache-2.0. Contains gradient definitions of TensorFlow.js (@tensorflow/tfjs-core),
 * Copyright Google LLC, licensed under the Apache License, Version 2.0, unchanged but for being bundled; see NOTICE. */`;

/** Chunks have no effects of their own; an import of one for its effects would only make bundlers warn. */
const withoutBareImports = {
  name: 'without-bare-imports',
  renderChunk: (code: string) => ({ code: code.replace(/^import ['"]\.\/chunk-\w+\.js['"];\n/gm, '') }),
};

export default library({
  shims: true,
  esbuildPlugins: [gradientsForTsup()],
  banner: { js: notice },
  plugins: [withoutBareImports],
});
