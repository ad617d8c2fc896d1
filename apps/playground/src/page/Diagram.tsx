import { colourOf } from './draw.js';
import { type Arrow, type Box, COLUMNS, type Flow, flowOf } from './flow.js';
import { frameOf, GAP_X, HEIGHT, left, routeOf, top, WIDTH } from './route.js';
import { Sideways } from './Sideways.js';
import { composition, started } from './state.js';

/** As small as its words may become. */
const LEAST = 0.78;
/** As wide as the widest diagram, so that the words of all of them are of one size. */
const WIDEST = COLUMNS * (WIDTH + GAP_X) - GAP_X + 4;

export function Diagram() {
  const made = started.value;
  const flow = made && flowOf(composition.value, made);
  const players = [...new Set(made?.parts.map(({ player }) => player) ?? [])];
  const boxes = flow?.boxes ?? [];
  return (
    <section class="diagram" aria-labelledby="diagram-title">
      <h2 id="diagram-title">How it is composed</h2>
      <Sideways label="Diagram">
        {flow && <Drawing flow={flow} players={players} />}
        <ul class="unseen">
          {boxes.map(({ id, title, shape, part }) => (
            <li key={id}>
              {title}: {shape}
              {part && `, ${part.parameters.toLocaleString('en')} parameters, moved by the player ${part.player}`}
              {goesTo(flow!, id)}
            </li>
          ))}
        </ul>
      </Sideways>
    </section>
  );
}

/** In words, for who does not see the arrows. */
function goesTo({ boxes, arrows }: Flow, id: string): string {
  const ends = arrows.filter(({ from }) => from === id).map(({ to }) => boxes.find((box) => box.id === to)!.title);
  return ends.length === 0 ? '' : `; goes to: ${ends.join(', ')}`;
}

function Drawing({ flow: { boxes, arrows }, players }: { flow: Flow; players: readonly string[] }) {
  const { x, y, width, height } = frameOf(boxes, arrows);
  return (
    <svg
      viewBox={`${x} ${y} ${width} ${height}`}
      style={{ width: `${(100 * width) / WIDEST}%`, minWidth: `${LEAST * width}px`, maxWidth: `${1.1 * width}px` }}
      aria-hidden="true"
    >
      {arrows.map((arrow) => (
        <ArrowView key={`${arrow.from} ${arrow.to}`} arrow={arrow} boxes={boxes} />
      ))}
      {boxes.map((box) => (
        <BoxView key={box.id} box={box} players={players} />
      ))}
    </svg>
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

function ArrowView({ arrow, boxes }: { arrow: Arrow; boxes: readonly Box[] }) {
  const [from, to] = [arrow.from, arrow.to].map((end) => boxes.find(({ id }) => id === end)!) as [Box, Box];
  const { line, head } = routeOf(from, to, arrow);
  return (
    <>
      <path d={line} class="arrow" />
      <path d={head} class="head" />
    </>
  );
}
