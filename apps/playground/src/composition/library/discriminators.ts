export {
  convClassifier,
  dcganDiscriminator,
  mlpClassifier,
  mlpDiscriminator,
  patchDiscriminator,
  resnetClassifier,
  resnetDiscriminator,
  withHead,
} from '@gm/discriminators';
