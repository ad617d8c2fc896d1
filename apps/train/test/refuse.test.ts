import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { workplace, writeTinySet } from './gm.js';

const { gm, path, clear } = workplace();
const tiny = writeTinySet(path('tiny'));
const plain = writeTinySet(path('plain'), { labels: false });
const out = path('out');
const on = (kind: string, ...rest: string[]) => [
  'train',
  kind,
  '--data',
  `idx:${tiny}`,
  '--steps',
  '1',
  '--batch',
  '8',
  '--out',
  out,
  ...rest,
];
writeFileSync(path('file'), '');
mkdirSync(path('full'));
writeFileSync(path('full', 'mine.txt'), '');
mkdirSync(path('short'));
writeFileSync(
  path('short', 'train-images-idx3-ubyte'),
  Uint8Array.of(0, 0, 8, 3, 0, 0, 0, 9, 0, 0, 0, 8, 0, 0, 0, 8, 1),
);
mkdirSync(path('odd'));
writeFileSync(path('odd', 'run.json'), '{"format":2}');
afterAll(clear);

/** What is typed, what stderr must say. */
const WRONG: readonly (readonly [string, readonly string[], RegExp])[] = [
  ['no command', [], /expected a command: train, sample, evaluate, doctor, demo/],
  ['an unknown command', ['tarin'], /unknown command 'tarin'/],
  ['no kind', ['train'], /expected a kind: vae, iwae, gan, .*, received none/],
  ['an unknown kind', ['train', 'vea'], /received 'vea'/],
  ['an unknown flag', on('vae', '--epocs', '3'), /unknown option '--epocs'/],
  ['an unknown choice', on('vae', '--encoder', 'vgg'), /Allowed choices are mlp, conv, recurrent/],
  ['text for a number', on('vae', '--batch', 'big'), /whole number above 0/],
  ['two lengths', on('vae', '--epochs', '1'), /one of --epochs, --steps and --minutes, received --epochs and --steps/],
  [
    'an encoder in a gan',
    on('gan', '--encoder', 'mlp'),
    /received --encoder mlp\. Leave it out, or train one of vae, iwae, vae-gan/,
  ],
  [
    'conditional parts without labels',
    ['train', 'gan', '--conditional', '--data', `idx:${plain}`, '--out', out],
    /expected data with labels/,
  ],
  ['an acgan without labels', ['train', 'acgan', '--data', `idx:${plain}`, '--out', out], /expected data with labels/],
  ['draws in a vae', on('vae', '--samples', '3'), /received --samples 3\. Leave it out, or train one of iwae/],
  [
    'pseudo-inputs beside classes',
    on('vae', '--prior', 'vamp', '--conditional'),
    /--prior: expected normal or mixture/,
  ],
  [
    'categories beside classes',
    on('vae', '--prior', 'categorical', '--conditional'),
    /--prior: expected normal or mixture/,
  ],
  [
    'categories of another prior',
    on('vae', '--categories', '5'),
    /--categories: expected --prior categorical beside it/,
  ],
  ['components of another prior', on('vae', '--components', '5'), /--components: expected --prior mixture or vamp/],
  [
    'a categorical code of points by convolutions',
    ['train', 'vae', '--data', 'toy:ring', '--prior', 'categorical', '--encoder', 'conv'],
    /--encoder: expected a part for points/,
  ],
  ['a category of its own', on('vae', '--prior', 'categorical', '--categories', '1'), /--categories: expected >=2/],
  [
    'a recurrent generator that is told classes',
    on('gan', '--generator', 'recurrent', '--conditional'),
    /--generator recurrent: expected parts that are told no class/,
  ],
  [
    'a recurrent part on points',
    ['train', 'gan', '--data', 'toy:ring', '--generator', 'recurrent'],
    /--generator: expected a part for points in the plane: mlp, received recurrent/,
  ],
  [
    'spectral norm of a recurrent discriminator',
    on('gan', '--discriminator', 'recurrent', '--spectral-norm'),
    /--spectral-norm: expected --discriminator mlp, dcgan, patch or resnet/,
  ],
  ['a cell without recurrent parts', on('gan', '--cell', 'gru'), /or say --discriminator recurrent/],
  ['a prior in a gan', on('gan', '--prior', 'vamp'), /received --prior vamp\. Leave it out, or train one of vae, iwae/],
  ['a patch classifier', on('classifier', '--discriminator', 'patch'), /mlp, conv, dcgan, resnet or recurrent/],
  ['a latent in a classifier', on('classifier', '--latent', '3'), /received --latent 3/],
  [
    'labels that the classes cannot share',
    on('semi-supervised', '--labels', '15', '--latent', '4'),
    /--labels .*multiple of its 4 classes.* Say --labels 16\./,
  ],
  ['more labels than there are', on('semi-supervised', '--labels', '1000'), /at least 250 examples of each class/],
  [
    'semi-supervised learning without any label',
    ['train', 'semi-supervised', '--data', `idx:${plain}`],
    /expected data with labels/,
  ],
  ['a codebook of one', on('vq-vae', '--codes', '1'), /codebook/],
  [
    'a prior of its own in an adversarial autoencoder',
    on('adversarial-autoencoder', '--prior', 'vamp'),
    /--prior vamp/,
  ],
  ['a loss of another kind', on('lsgan', '--loss', 'minimax'), /--loss to be one of least-squares/],
  [
    '[-1, 1] images in a Bernoulli loss',
    on('vae', '--pixels', 'signed'),
    /expected numbers in \[0, 1\], received \[-1, 1\]\. Choose --pixels unit/,
  ],
  ['grey values drawn as bits beside a Gaussian loss', on('vae', '--binarize', '--loss', 'gaussian'), /--binarize/],
  [
    'points in a Bernoulli loss',
    ['train', 'vae', '--data', 'toy:ring', '--loss', 'bernoulli'],
    /Choose --loss gaussian/,
  ],
  ['convolutions on points', ['train', 'gan', '--data', 'toy:ring', '--generator', 'dcgan'], /Choose --generator mlp/],
  ['a decay of one', on('vae', '--average', '1'), /--average/],
  ['a classifier without labels', ['train', 'classifier', '--data', `idx:${plain}`], /expected data with labels/],
  ['a batch larger than the data', on('vae', '--batch', '1000'), /batch/],
  ['an unknown source', ['train', 'vae', '--data', 'cifar'], /mnist, fashion:<dir>, idx:<dir>, toy:<name>/],
  ['an unknown toy', ['train', 'vae', '--data', 'toy:cube'], /ring/],
  ['a missing data folder', ['train', 'vae', '--data', 'idx:/nowhere'], /\/nowhere/],
  ['a truncated IDX file', ['train', 'vae', '--data', `idx:${path('short')}`], /expected 592 bytes/],
  ['an unknown backend', on('vae', '--backend', 'cuda'), /cuda/],
  ['a folder below a file', [...on('vae'), '--out', path('file', 'run')], /--out/],
  ['a folder with other files', [...on('vae'), '--out', path('full')], /expected a new or empty folder/],
  ['a run that is missing', ['sample', path('none')], /expected the folder of a run/],
  ['a run of another format', ['evaluate', path('odd')], /expected format to be 1, received 2/],
  ['composition with --resume', ['train', 'vae', '--resume', path('none'), '--latent', '3'], /received vae, --latent/],
];

describe('gm refuses', () => {
  it.each(WRONG)('%s with one clear message and exit code 2', async (_, args, message) => {
    const { code, stderr } = await gm(...args);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/\n {4}at /);
    expect(code).toBe(2);
    expect(existsSync(out)).toBe(false);
    expect(readdirSync(path('full'))).toEqual(['mine.txt']);
  });

  it('a read-only output folder', async () => {
    mkdirSync(path('locked'));
    chmodSync(path('locked'), 0o555);
    // Root may write anywhere, so as root the folder below a kernel file system stands in for it.
    const target = process.getuid?.() === 0 ? '/proc/gm-run' : path('locked', 'run');
    const { code, stderr } = await gm(...on('vae'), '--out', target);
    expect([code, stderr]).toEqual([2, expect.stringContaining('Choose another place with --out')]);
  });
});
