import { type Network, showShape } from '@gm/core';
import { countParameters } from '@gm/networks';
import type { PartView } from './protocol.js';
import type { Session } from './session.js';

/** The parts for the diagram, in the order that data flow through them. */
export function partsOf({
  composition,
  game,
  encoder,
  decoder,
  prior,
  discriminator,
  classifier,
  speaker,
}: Session): PartView[] {
  const judge = game.players.find(({ networks }) => 'discriminator' in networks)?.networks.discriminator;
  const adversarial = composition.system === 'adversarial-autoencoder' ? judge : discriminator;
  const roles: Readonly<Record<string, Network | undefined>> = {
    encoder,
    prior: prior?.network,
    [encoder && !adversarialGenerator(composition) ? 'decoder' : 'generator']: decoder ?? speaker,
    discriminator: composition.system === 'semi-supervised' ? classifier : adversarial,
    classifier: composition.system === 'classifier' ? classifier : undefined,
  };
  return Object.entries(roles).flatMap(([role, network]) => (network ? [view(role, network, game)] : []));
}

const adversarialGenerator = ({ system }: Session['composition']) => system === 'gan' || system === 'vae-gan';

function view(role: string, network: Network, { players }: Session['game']): PartView {
  const player = players.find(({ networks }) => Object.values(networks).includes(network))?.name;
  return {
    role,
    input: showShape(network.input.shape),
    output: showShape(network.output.shape),
    parameters: countParameters(network),
    ...(player !== undefined && { player }),
  };
}
