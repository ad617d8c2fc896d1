import { showShape } from '@gm/core';
import { countParameters } from '@gm/networks';
import type { PartView } from './protocol.js';
import type { Session } from './session.js';

/** The parts for the diagram: every network with parameters, by the name that its player has for it. */
export function partsOf({ game }: Pick<Session, 'game'>): PartView[] {
  return game.players.flatMap(({ name: player, networks }) =>
    Object.entries(networks)
      .map(([role, network]) => ({
        role,
        input: showShape(network.input.shape),
        output: showShape(network.output.shape),
        parameters: countParameters(network),
        player,
      }))
      .filter(({ parameters }) => parameters > 0),
  );
}
