import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

/** What may be wider than its place: it scrolls to the side, and says so while there is more. */
export function Sideways({ label, children }: { label: string; children: ComponentChildren }) {
  const box = useRef<HTMLElement>(null);
  const [more, setMore] = useState({ wide: false, ended: true });
  const look = () => {
    const { scrollWidth, clientWidth, scrollLeft } = box.current!;
    setMore({ wide: scrollWidth > clientWidth + 1, ended: scrollLeft + clientWidth >= scrollWidth - 2 });
  };
  useEffect(look, [children]);
  useEffect(() => {
    const watch = new ResizeObserver(look);
    watch.observe(box.current!);
    return () => watch.disconnect();
  }, []);
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls on narrow screens */}
      <figure ref={box} class={`scroll ${more.ended ? '' : 'more'}`} tabIndex={0} aria-label={label} onScroll={look}>
        {children}
      </figure>
      <p class="hint sideways" aria-hidden="true">
        {more.wide &&
          (more.ended ? '← There is more on the left.' : 'There is more on the right: move it to the side →')}
      </p>
    </>
  );
}
