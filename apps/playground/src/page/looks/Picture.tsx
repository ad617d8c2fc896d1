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

/** Pictures in a grid on one canvas. */
export function Picture({ rows, columns, label, lines = 1, class: className = '' }: PictureProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    if (rows && canvas.current) paintImages(canvas.current, rows, columns);
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
