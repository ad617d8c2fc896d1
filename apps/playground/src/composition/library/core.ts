export { seeded, spec } from '@gm/core';
