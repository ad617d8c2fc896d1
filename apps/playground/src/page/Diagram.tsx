import { colourOf } from './draw.js';
import { type Box, flowOf } from './flow.js';
import { composition, started } from './state.js';

const [WIDTH, HEIGHT, GAP_X, GAP_Y] = [148, 74, 26, 14];

const left = ({ column }: Box) => column * (WIDTH + GAP_X);
const top = ({ row }: Box) => row * (HEIGHT + GAP_Y);

export function Diagram() {
  const made = started.value;
  const flow = made && flowOf(composition.value, made);
  const players = [...new Set(made?.parts.map(({ player }) => player) ?? [])];
  const boxes = flow?.boxes ?? [];
  const width = Math.max(...boxes.map(left), 0) + WIDTH;
  const height = Math.max(...boxes.map(top), 0) + HEIGHT;
  return (
    <section class="diagram" aria-labelledby="diagram-title">
      <h2 id="diagram-title">How it is composed</h2>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls on narrow screens */}
      <figure class="scroll" tabIndex={0} aria-label="Diagram">
        {flow && (
          <svg
            viewBox={`-2 -2 ${width + 4} ${height + 4}`}
            style={{ minWidth: `${0.8 * width}px`, maxWidth: `${1.1 * width}px` }}
            aria-hidden="true"
          >
            {flow.arrows.map(([from, to]) => (
              <Arrow
                key={`${from} ${to}`}
                from={boxes.find(({ id }) => id === from)!}
                to={boxes.find(({ id }) => id === to)!}
              />
            ))}
            {boxes.map((box) => (
              <BoxView key={box.id} box={box} players={players} />
            ))}
          </svg>
        )}
        <ul class="unseen">
          {boxes.map(({ id, title, shape, part }) => (
            <li key={id}>
              {title}: {shape}
              {part && `, ${part.parameters.toLocaleString('en')} parameters, moved by the player ${part.player}`}
            </li>
          ))}
        </ul>
      </figure>
    </section>
  );
}

function BoxView({ box, players }: { box: Box; players: readonly string[] }) {
  const { part, title, shape } = box;
  const colour = part ? colourOf(players.indexOf(part.player)) : undefined;
  return (
    <g transform={`translate(${left(box)} ${top(box)})`} class={part ? 'part' : 'plain'}>
      <rect width={WIDTH} height={HEIGHT} rx={9} {...(colour && { style: { stroke: colour } })} />
      <text x={WIDTH / 2} y={part ? 21 : 33} class="title">
        {title}
      </text>
      <text x={WIDTH / 2} y={part ? 38 : 51}>
        {shape}
      </text>
      {part && (
        <text x={WIDTH / 2} y={53}>
          {part.parameters.toLocaleString('en')} parameters
        </text>
      )}
      {colour && (
        <text x={WIDTH / 2} y={68} class="player">
          ● moved by {part!.player}
        </text>
      )}
    </g>
  );
}

function Arrow({ from, to }: { from: Box; to: Box }) {
  if (from.column === to.column) {
    const x = left(from) + WIDTH / 2;
    const up = top(from) > top(to);
    return <path d={`M ${x} ${top(from) + (up ? 0 : HEIGHT)} L ${x} ${top(to) + (up ? HEIGHT : 0)}`} class="arrow" />;
  }
  const [x1, y1] = [left(from) + WIDTH, top(from) + HEIGHT / 2];
  const [x2, y2] = [left(to), top(to) + HEIGHT / 2];
  const middle = (x1 + x2) / 2;
  return (
    <>
      <path d={`M ${x1} ${y1} C ${middle} ${y1}, ${middle} ${y2}, ${x2 - 4} ${y2}`} class="arrow" />
      <path d={`M ${x2 - 7} ${y2 - 4} L ${x2} ${y2} L ${x2 - 7} ${y2 + 4} Z`} class="head" />
    </>
  );
}
