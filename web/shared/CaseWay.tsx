/* The way of a case so far, as a table: what the diagram shows, and who did it when. */

import { useMemo } from 'react';
import { get } from './api/client';
import type { CaseView } from './api/types';
import { partOf, useI18n } from './i18n';
import { showMoment } from './moments';
import { diagramPath } from './paths';
import { useLoad } from './useLoad';
import { whoIs } from './who';

const STEPS = new Set([
  'userTask',
  'manualTask',
  'serviceTask',
  'sendTask',
  'receiveTask',
  'businessRuleTask',
  'task',
  'callActivity',
  'subProcess',
  'startEvent',
  'endEvent',
  'boundaryEvent',
  'intermediateCatchEvent',
]);

export type Names = ReadonlyMap<string, string>;

/** The names of a model's steps by their ids. */
export function useElementNames(process: string, version: number): Names {
  const path = diagramPath(process, version);
  const { value } = useLoad(path, () => get<string>(path));
  return useMemo(() => {
    const names = new Map<string, string>();
    if (!value) return names;
    for (const element of new DOMParser()
      .parseFromString(value, 'application/xml')
      .getElementsByTagName('*')) {
      const id = element.getAttribute('id');
      const name = element.getAttribute('name');
      if (id && name && STEPS.has(element.localName)) names.set(id, name);
    }
    return names;
  }, [value]);
}

export function lastOf(path: string): string {
  return path.split('/').at(-1) ?? path;
}

export function CaseWay({ shown, names }: { shown: CaseView; names: Names }) {
  const { t, language } = useI18n();
  const rows = shown.history.filter(
    (event) => event.element && event.lifecycle === 'completed' && names.has(lastOf(event.element)),
  );
  return (
    <table className="way">
      <caption>{t('case.way')}</caption>
      <thead>
        <tr>
          <th scope="col">{t('case.step')}</th>
          <th scope="col">{t('case.who')}</th>
          <th scope="col">{t('case.when')}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((event) => (
          <tr key={event.id + (event.element ?? '')}>
            <td>{partOf(names.get(lastOf(event.element ?? '')) ?? '', language)}</td>
            <td>{whoIs(event.resource, t)}</td>
            <td>{showMoment(event.recorded_at, language)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
