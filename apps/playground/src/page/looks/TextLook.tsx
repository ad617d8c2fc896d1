import { proxy } from 'comlink';
import { useEffect, useRef, useState } from 'preact/hooks';
import { attempt } from '../actions.js';
import { engine } from '../engine.js';
import { playing, started, step } from '../state.js';

const LENGTH = 400;
/** Steps of training after which it speaks by itself. */
const EVERY = 100;

/** Text as it is drawn, one character after the other. */
export function TextLook() {
  const [prompt, setPrompt] = useState('The whale ');
  const [temperature, setTemperature] = useState(0.7);
  const [text, setText] = useState('');
  const [speaking, setSpeaking] = useState(false);
  const busy = useRef(false);
  const speak = async () => {
    if (busy.current) return;
    busy.current = true;
    setSpeaking(true);
    setText('');
    let [said, painted] = ['', 0];
    await attempt(() =>
      engine.speak(
        prompt,
        LENGTH,
        temperature,
        proxy((piece: string) => {
          said += piece;
          if (performance.now() - painted < 50) return;
          painted = performance.now();
          setText(said);
        }),
      ),
    );
    setText(said);
    busy.current = false;
    setSpeaking(false);
  };
  const turn = Math.floor(step.value / EVERY);
  useEffect(() => {
    if (playing.value && turn > 0) void speak();
  }, [turn]);
  return (
    <>
      <div class="speech">
        <label class="field">
          Begins with
          <input value={prompt} maxLength={200} onInput={({ currentTarget }) => setPrompt(currentTarget.value)} />
        </label>
        <label class="field slider">
          <span>
            Temperature <output>{temperature.toFixed(1)}</output>
          </span>
          <input
            type="range"
            min={0.1}
            max={1.5}
            step={0.1}
            value={temperature}
            onInput={({ currentTarget }) => setTemperature(currentTarget.valueAsNumber)}
          />
        </label>
        <button type="button" disabled={speaking || !started.value} onClick={() => void speak()}>
          Speak
        </button>
      </div>
      <blockquote class="text" aria-busy={speaking} data-painted={text !== '' || undefined}>
        <b>{prompt}</b>
        {text}
      </blockquote>
      <p class="hint">It speaks by itself every {EVERY} steps while it trains.</p>
    </>
  );
}
