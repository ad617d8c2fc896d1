/** Where users read on. */
export const guide = 'docs/native.md in the repository of gm';
