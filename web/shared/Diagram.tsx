/* The diagram with the token on it. The same facts stand as a table beside it (see CaseWay), for those who cannot see it. */

import { useEffect, useRef, useState } from 'react';
import { get } from './api/client';
import { diagramPath } from './paths';
import { useI18n } from './i18n';

/** Below this scale nobody can read the names: show the place of the token instead of the whole. */
const LEGIBLE = 0.6;

interface Props {
  process: string;
  version: number;
  here: readonly string[];
  done: readonly string[];
}

export default function Diagram({ process, version, here, done }: Props) {
  const { t } = useI18n();
  const box = useRef<HTMLDivElement>(null);
  const [broken, setBroken] = useState(false);
  const marks = JSON.stringify([here, done]);
  useEffect(() => {
    const [present, past] = JSON.parse(marks) as [string[], string[]];
    let wanted = true;
    let viewer: { destroy: () => void } | null = null;
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
        const canvas = drawn.get<{
          zoom: (to: string | number, center?: string) => number;
          scrollToElement: (id: string, padding: number) => void;
          addMarker: (id: string, mark: string) => void;
        }>('canvas');
        const elements = drawn.get<{ get: (id: string) => unknown }>('elementRegistry');
        for (const id of past) if (elements.get(id)) canvas.addMarker(id, 'was-here');
        for (const id of present) if (elements.get(id)) canvas.addMarker(id, 'is-here');
        const [first] = present;
        if (canvas.zoom('fit-viewport', 'auto') < LEGIBLE && first && elements.get(first)) {
          canvas.zoom(LEGIBLE);
          canvas.scrollToElement(first, 40);
        }
      } catch {
        if (wanted) setBroken(true);
      }
    })();
    return () => {
      wanted = false;
      viewer?.destroy();
    };
  }, [process, version, marks]);
  if (broken) return <p className="quiet">{t('diagram.broken')}</p>;
  return <div ref={box} className="diagram" role="group" aria-label={t('diagram.label')} />;
}
