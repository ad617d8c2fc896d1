import { library } from '../../tsup.base';

export default library({
  entry: {
    index: 'src/index.ts',
    testing: 'src/testing/index.ts',
    'testing-node': 'src/testing/node/index.ts',
  },
});
