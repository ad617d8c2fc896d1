import { useEffect, useRef } from 'preact/hooks';
import type { Rows } from '../../engine/protocol.js';
import { paintImages } from '../draw.js';

interface PictureProps {
  readonly rows: Rows | undefined;
  readonly columns: number;
  readonly label: string;
  /** Of the place that is kept for it before there is anything. */
  readonly lines?: number;
  readonly class?: string;
}

/** Pictures in a grid on one canvas. It has `data-painted` while they are on it. */
export function Picture({ rows, columns, label, lines = 1, class: className = '' }: PictureProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const own = canvas.current!;
    own.toggleAttribute('data-painted', rows !== undefined);
    if (rows) paintImages(own, rows, columns);
    else own.getContext('2d')!.clearRect(0, 0, own.width, own.height);
  }, [rows, columns]);
  return (
    <canvas
      ref={canvas}
      class={`pictures ${className}`}
      style={{ aspectRatio: `${columns * 29 - 1} / ${lines * 29 - 1}` }}
      role="img"
      aria-label={label}
    />
  );
}
