export { convDecoder, dcganGenerator, mlpDecoder, recurrentGenerator } from '@gm/generators';
