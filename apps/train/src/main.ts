import { createRequire } from 'node:module';
import { Command, InvalidArgumentError, Option } from 'commander';
import { complain, EXIT, wrongOption } from './complain.js';
import { CELLS, DISCRIMINATORS, ENCODERS, GENERATORS, KINDS, LOSSES, PENALTIES, PIXELS, PRIORS } from './settings.js';

const { version } = createRequire(import.meta.url)('../package.json') as { version: string };

const EXAMPLES = `
Examples:
  $ gm demo                                     a VAE-GAN on MNIST in a minute or two
  $ gm train vae --epochs 5                     an MLP VAE on MNIST, into runs/vae-1
  $ gm train gan --data toy:ring --steps 3000   a GAN on points in the plane
  $ gm train language-model --data text:book.txt --epochs 10
  $ gm train --resume runs/vae-1 --epochs 10    go on with a run
  $ gm sample runs/vae-1 --count 64 --out z.png
  $ gm sample runs/language-model-1 --prompt 'The ' --temperature 0.7
  $ gm evaluate runs/vae-1

Exit codes: 0 done, 1 a bug in gm, 2 wrong input, 3 training diverged, 4 the device failed, 130 stopped by Ctrl-C (with a
checkpoint).`;

const LENGTH = 'How long (one of them)';
const PARTS = 'Parts';
const DETAILS = 'Details';

function program(): Command {
  const gm = new Command('gm')
    .description('Train, sample and evaluate generative and discriminative models on any TensorFlow.js backend.')
    .version(version, '-V, --version', 'show the version')
    .helpOption('-h, --help', 'show help')
    .helpCommand(false)
    .addHelpText('after', EXAMPLES)
    .showHelpAfterError('(gm --help shows what there is)')
    .exitOverride();
  addTrain(gm);
  addSample(gm);
  addEvaluate(gm);
  addDoctor(gm);
  addDemo(gm);
  return gm;
}

function addTrain(gm: Command): void {
  gm.command('train')
    .description('Train a model; the run folder gets checkpoint, metrics, samples and loss curves.')
    .argument('[kind]', `${KINDS.join(' | ')}; not needed with --resume`)
    .option(
      '--data <source>',
      'mnist, fashion:<dir>, idx:<dir>, toy:<name>, text:<file> or series:<csv> (default: mnist)',
    )
    .option('--backend <name>', 'auto, wasm, cpu, webgpu, node or node-gpu (default: auto)')
    .option('--seed <number>', 'of all randomness (default: 1)', anyNumber)
    .option('--batch <count>', 'examples in a step', wholeNumber)
    .option('--out <folder>', 'run folder, new or empty (default: runs/<kind>-<n>)')
    .option('--resume <run>', 'go on with that run; only backend and length may be given with it')
    .optionsGroup(`${LENGTH}:`)
    .option('--epochs <number>', 'passes over the data, in all', positiveNumber)
    .option('--steps <count>', 'updates, in all', wholeNumber)
    .option('--minutes <number>', 'minutes of training, in all', positiveNumber)
    .optionsGroup(`${PARTS}:`)
    .addOption(new Option('--encoder <name>', 'of what has one').choices(ENCODERS))
    .addOption(new Option('--generator <name>', 'of GANs, or the decoder of an autoencoder').choices(GENERATORS))
    .addOption(
      new Option('--discriminator <name>', 'GANs, vae-gan, classifier, semi-supervised').choices(DISCRIMINATORS),
    )
    .addOption(new Option('--loss <name>', 'which of them depends on the kind').choices(LOSSES))
    .addOption(
      new Option(
        '--penalty <name>',
        'on the discriminator (GANs, vae-gan, adversarial-autoencoder, semi-supervised)',
      ).choices(PENALTIES),
    )
    .addOption(
      new Option('--cell <name>', 'language-model, sequence-vae, forecast, other recurrent parts').choices(CELLS),
    )
    .option(
      '--hidden <sizes>',
      'hidden units of MLP or recurrent parts from the data inwards, 512,256 for instance',
      sizes,
    )
    .option(
      '--generator-hidden <sizes>',
      'those of an MLP or recurrent generator, from z outwards (default: --hidden reversed)',
      sizes,
    )
    .option('--latent <count>', 'size of z; variables of a categorical code', wholeNumber)
    .addOption(
      new Option(
        '--prior <name>',
        'of the codes; mixture and vamp are trained too, categorical codes drawn by Gumbel-softmax (vae, iwae)',
      ).choices(PRIORS),
    )
    .option('--components <count>', 'of a trained prior (default: 50)', wholeNumber)
    .option('--categories <count>', 'that each variable of a categorical code chooses among (default: 10)', wholeNumber)
    .optionsGroup(`${DETAILS}:`)
    .option('--learning-rate <number>', "Adam's", positiveNumber)
    .option('--discriminator-learning-rate <number>', 'where it differs (GANs, vae-gan)', positiveNumber)
    .option(
      '--decay <steps>',
      'steps over which the learning rate falls to a twentieth (default: it stays)',
      wholeNumber,
    )
    .option('--average <decay>', 'sample with an average of the weights, 0.999 for instance; 0: none', anyNumber)
    .option('--beta <number>', 'weight of the divergence (vae, vae-gan, sequence-vae)', anyNumber)
    .option('--free-bits <nats>', 'of each number of a code that cost nothing (vae, sequence-vae)', anyNumber)
    .option('--scale <number>', 'standard deviation of the gaussian loss (autoencoders)', positiveNumber)
    .option('--reconstruction <number>', 'weight of reconstruction in the generator (vae-gan)', anyNumber)
    .option('--binarize', 'draw each pixel as 0 or 1 anew in every batch (vae, iwae, loss bernoulli)')
    .option(
      '--conditional',
      'tell the parts the class of each example (vae, iwae, GANs, vae-gan); samples go through the classes',
    )
    .option('--labels <count>', 'examples that keep their label (semi-supervised; default: 100)', wholeNumber)
    .option('--codes <count>', 'in the codebook (vq-vae; default: 64)', wholeNumber)
    .option('--column <name>', 'of the CSV file of a series (default: the first of numbers only)')
    .option('--past <steps>', 'that are seen (forecast; default: 48)', wholeNumber)
    .option('--horizon <steps>', 'that are predicted (forecast; default: 12)', wholeNumber)
    .option('--samples <count>', 'draws of z for each example (iwae; default: 5)', wholeNumber)
    .option('--penalty-weight <number>', 'of --penalty (default: 10)', anyNumber)
    .option('--discriminator-steps <count>', 'for each step of the generator (GANs)', wholeNumber)
    .option(
      '--spectral-norm',
      'divide the kernels of the discriminator by their largest singular values (GANs, vae-gan)',
    )
    .option('--clip <limit>', 'keep the weights of the discriminator within ± this (GANs)', positiveNumber)
    .option('--time <count>', 'characters in one piece of a text, steps in one example of a series', wholeNumber)
    .option('--step-dropout <share>', 'of the characters that the generator is not told (sequence-vae)', anyNumber)
    .option('--warm-up <steps>', 'until the divergence weighs --beta (sequence-vae)', wholeNumber)
    .option('--dropout <share>', 'of the numbers between recurrent layers (language-model)', anyNumber)
    .option(
      '--clip-norm <length>',
      'shorten longer gradients to it (language-model, sequence-vae, forecast)',
      positiveNumber,
    )
    .addOption(new Option('--pixels <scale>', 'unit: [0, 1], signed: [-1, 1]').choices(PIXELS))
    .option('--checkpoint-every <steps>', 'steps between checkpoints (default: 500)', wholeNumber)
    .action(async (kind, options) => (await import('./commands/train.js')).train(kind, options));
}

function addSample(gm: Command): void {
  gm.command('sample')
    .description(
      'Draw new examples from a trained run: a PNG grid, for points and series an SVG chart or a CSV table, or text as it is\n' +
        'drawn.',
    )
    .argument('<run>', 'folder of a run')
    .option('--count <count>', 'how many (default: 64, or 1000 characters)', wholeNumber)
    .option('--seed <number>', 'of the draw', anyNumber, 1)
    .option(
      '--out <file>',
      'file to write; never overwrites (default: <run>/samples-<seed>.png or .svg; points and series also .csv; text goes to the screen)',
    )
    .option(
      '--mixture <components>',
      'draw codes from a mixture of Gaussians fitted to those of the training data, not from the prior (vae, iwae)',
      wholeNumber,
    )
    .option('--prompt <text>', 'what the text begins with (language-model, sequence-vae)')
    .option(
      '--temperature <number>',
      'below 1 likely characters become likelier (language-model, sequence-vae)',
      anyNumber,
    )
    .option('--top-k <count>', 'choose among the k likeliest only (language-model, sequence-vae)', wholeNumber)
    .option(
      '--top-p <share>',
      'choose among the likeliest that have this share together (language-model, sequence-vae)',
      anyNumber,
    )
    .option('--backend <name>', 'as in gm train (default: the backend of the run)')
    .action(async (run, options) => (await import('./commands/sample.js')).sample(run, options));
}

function addEvaluate(gm: Command): void {
  gm.command('evaluate')
    .description(
      'Measure a run on test data: VAE −ELBO and importance-weighted bound in nats, classifier accuracy, bits per\n' +
        'character of a language model or a sequence VAE, CRPS of a forecast; samples of the GAN kinds are judged\n' +
        'by a classifier, those of series by their Fréchet distance, those of text by their trigrams.',
    )
    .argument('<run>', 'folder of a run')
    .option(
      '--judge <run>',
      'classifier run that judges samples of images or points (default: runs/judge-<data>, trained when missing)',
    )
    .option('--count <count>', 'samples to judge or compare', wholeNumber, 1000)
    .option('--importance <count>', 'samples for the bound L_K', wholeNumber, 50)
    .option('--examples <count>', 'test examples for L_K; the ELBO uses all', wholeNumber, 1000)
    .option('--seed <number>', 'of all draws', anyNumber, 1)
    .option('--backend <name>', 'as in gm train (default: the backend of the run)')
    .option('--json', 'print one line of JSON instead of text')
    .action(async (run, options) => (await import('./commands/evaluate.js')).evaluate(run, options));
}

function addDoctor(gm: Command): void {
  gm.command('doctor')
    .description(
      'Show this machine and its data sets, and start every backend, each in a process of its own: whether it computes\n' +
        'right, on what, or what keeps it from starting and what mends that.',
    )
    .option('--json', 'print JSON instead of text, for a report of a bug')
    .option('--seconds <number>', 'time limit for each backend', positiveNumber, 60)
    .action(async (options) => (await import('./commands/doctor.js')).doctor(options));
}

function addDemo(gm: Command): void {
  gm.command('demo')
    .description('Train the VAE-GAN demo on MNIST (also: npm run demo).')
    .option('--minutes <number>', 'how long to train (default: 3,000 steps, at most 5 minutes)', positiveNumber)
    .option('--backend <name>', 'as in gm train (default: auto)')
    .option('--out <folder>', 'run folder, new or empty (default: runs/demo-<n>)')
    .option('--seed <number>', 'of all randomness (default: 1)', anyNumber)
    .action(async (options) => (await import('./commands/demo.js')).demo(options));
}

function anyNumber(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value)) return value;
  throw new InvalidArgumentError('It has to be a number.');
}

function positiveNumber(text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError('It has to be a number above 0.');
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new InvalidArgumentError('It has to be a whole number above 0.');
}

function sizes(text: string): number[] {
  return text.split(',').map(wholeNumber);
}

try {
  const gm = program();
  if (process.argv.length <= 2) throw missingCommand(gm);
  process.exitCode = EXIT.done;
  await gm.parseAsync();
} catch (error) {
  process.exitCode = complain(error);
}

function missingCommand(gm: Command) {
  gm.outputHelp({ error: true });
  const names = gm.commands.map((command) => command.name()).join(', ');
  return wrongOption({
    where: 'gm',
    expected: `a command: ${names}`,
    received: 'none',
    remedy: 'Start with gm demo.',
  });
}
