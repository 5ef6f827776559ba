/* The diagram with the token on it. The same facts stand as a table beside it (see CaseWay), for those who cannot see it. */

import { useEffect, useRef, useState } from 'react';
import { get } from './api/client';
import { diagramPath } from './paths';
import { useI18n } from './i18n';
import './diagram.css';

/** Below this scale nobody can read the names: show the place of the token, or of the first sign, instead of the whole. */
const LEGIBLE = 0.6;
const STEP = 1.25;
const FARTHEST = 0.2;
const NEAREST = 4;
const LEGIBLE_NOTE = { min: LEGIBLE };
/** Pixels: so that the buttons have room, and around the drawing. */
const LEAST_HEIGHT = 200;
const ROOM = 90;

/** Something said of an element, where it stands: a sign that is drawn on it, and a word beside it. */
export interface Note {
  id: string;
  sign?: 'added' | 'removed' | 'changed' | 'stopped' | 'warm' | 'hot';
  text?: string;
}

interface Props {
  process: string;
  version: number;
  here?: readonly string[];
  done?: readonly string[];
  notes?: readonly Note[];
  label?: string;
  /** Larger, with buttons to come nearer: where the diagram is what the page is about. */
  large?: boolean;
}

interface Canvas {
  zoom: (to?: string | number, center?: string) => number;
  viewbox: () => { inner: { width: number; height: number } };
  resized: () => void;
  scrollToElement: (id: string, padding: number) => void;
  addMarker: (id: string, mark: string) => void;
}

function whenWidthChanges(box: HTMLElement, then: () => void): ResizeObserver {
  let known = box.clientWidth;
  const watcher = new ResizeObserver(() => {
    if (box.clientWidth === known || box.clientWidth === 0) return;
    known = box.clientWidth;
    then();
  });
  watcher.observe(box);
  return watcher;
}

/** A diagram that is broad and low takes no more of the page than it needs. least: the scale at which it is shown. */
function fitHeight(box: HTMLElement, canvas: Canvas, least: number): void {
  box.style.height = '';
  const { width, height } = canvas.viewbox().inner;
  const scale = Math.max(least, Math.min(1, box.clientWidth / width));
  box.style.height = `${Math.round(Math.max(LEAST_HEIGHT, Math.min(box.clientHeight, height * scale + ROOM)))}px`;
  canvas.resized();
}

const NONE: readonly string[] = [];

export default function Diagram({ process, version, here = NONE, done = NONE, notes, label, large }: Props) {
  const { t } = useI18n();
  const box = useRef<HTMLDivElement>(null);
  const shown = useRef<Canvas | null>(null);
  const [broken, setBroken] = useState(false);
  const marks = JSON.stringify([here, done, notes ?? []]);
  useEffect(() => {
    const [present, past, said] = JSON.parse(marks) as [string[], string[], Note[]];
    let wanted = true;
    let viewer: { destroy: () => void } | null = null;
    let watcher: ResizeObserver | null = null;
    setBroken(false);
    void (async () => {
      try {
        const [{ default: Viewer }, xml] = await Promise.all([
          import('bpmn-js/lib/NavigatedViewer'),
          get<string>(diagramPath(process, version)),
          import('bpmn-js/dist/assets/diagram-js.css'),
        ]);
        if (!wanted || !box.current) return;
        const drawn = new Viewer({ container: box.current });
        viewer = drawn;
        await drawn.importXML(xml);
        if (!wanted) return;
        const canvas = drawn.get<Canvas>('canvas');
        shown.current = canvas;
        const elements = drawn.get<{ get: (id: string) => unknown }>('elementRegistry');
        const overlays = drawn.get<{ add: (id: string, type: string, overlay: object) => void }>('overlays');
        for (const id of past) if (elements.get(id)) canvas.addMarker(id, 'was-here');
        for (const id of present) if (elements.get(id)) canvas.addMarker(id, 'is-here');
        for (const note of said) {
          if (!elements.get(note.id)) continue;
          if (note.sign) canvas.addMarker(note.id, `is-${note.sign}`);
          if (note.text)
            overlays.add(note.id, 'note', {
              position: { top: -11, left: -4 },
              scale: LEGIBLE_NOTE,
              html: noted(note),
            });
        }
        const first = present[0] ?? said.find((note) => note.sign && elements.get(note.id))?.id;
        const target = box.current;
        const fit = () => {
          if (large) fitHeight(target, canvas, first ? LEGIBLE : 0);
          if (canvas.zoom('fit-viewport', 'auto') < LEGIBLE && first && elements.get(first)) {
            canvas.zoom(LEGIBLE);
            canvas.scrollToElement(first, 40);
          }
        };
        fit();
        watcher = whenWidthChanges(target, fit);
      } catch {
        if (wanted) setBroken(true);
      }
    })();
    return () => {
      wanted = false;
      shown.current = null;
      watcher?.disconnect();
      viewer?.destroy();
    };
  }, [process, version, marks, large]);
  const nearer = (by: number) => {
    const canvas = shown.current;
    if (canvas) canvas.zoom(Math.min(NEAREST, Math.max(FARTHEST, canvas.zoom() * by)), 'auto');
  };
  if (broken) return <p className="quiet">{t('diagram.broken')}</p>;
  const drawing = (
    <div
      ref={box}
      className={large ? 'diagram diagram-large' : 'diagram'}
      role="group"
      aria-label={label ?? t('diagram.label')}
    />
  );
  if (!large) return drawing;
  return (
    <div className="diagram-frame">
      {drawing}
      <div className="diagram-tools">
        <button type="button" aria-label={t('diagram.nearer')} onClick={() => nearer(STEP)}>
          <span aria-hidden="true">＋</span>
        </button>
        <button type="button" aria-label={t('diagram.farther')} onClick={() => nearer(1 / STEP)}>
          <span aria-hidden="true">－</span>
        </button>
        <button
          type="button"
          aria-label={t('diagram.whole')}
          onClick={() => shown.current?.zoom('fit-viewport', 'auto')}
        >
          <span aria-hidden="true">⤢</span>
        </button>
      </div>
    </div>
  );
}

function noted(note: Note): HTMLElement {
  const span = document.createElement('span');
  span.className = note.sign ? `diagram-note note-${note.sign}` : 'diagram-note';
  span.textContent = note.text ?? '';
  return span;
}
