export {
  adam,
  adamW,
  adversarialAutoencoder,
  classifier,
  gan,
  languageModel,
  rmsprop,
  semiSupervisedGan,
  sgd,
  trainer,
  vae,
  vaeGan,
} from '@gm/trainers';
