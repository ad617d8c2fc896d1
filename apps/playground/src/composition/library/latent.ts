export { convEncoder, mlpEncoder, standardNormal, trainedMixture, uniform, vampPrior } from '@gm/latent';
