/* The workbench (柜面): a command line, the open transactions as tabs, function keys in the footer. */

import { useEffect, useMemo, useRef } from 'react';
import { Spin } from 'antd';
import { partOf, useI18n } from '../shared/i18n';
import { CommandLine } from './CommandLine';
import { KeysBar } from './KeysBar';
import { LastTransaction } from './LastTransaction';
import { Transaction } from './Transaction';
import { useWorkbench } from './workbenchState';

export function Workbench() {
  const { t, language } = useI18n();
  const { processes, tabs: all, active, open, show } = useWorkbench();
  const tabs = useMemo(() => all.filter((tab) => !tab.place), [all]);
  const command = useRef<HTMLInputElement>(null);
  const nameOf = (key: string) => {
    const process = processes?.find((one) => one.key === key);
    return process ? partOf(process.name, language) : key;
  };

  useEffect(() => {
    const keys: Record<string, () => void> = {
      F2: () => {
        command.current?.focus();
        command.current?.select();
      },
      F4: () => {
        const here = tabs.findIndex((tab) => tab.id === active);
        show(tabs[(here + 1) % tabs.length]?.id ?? null);
      },
    };
    const onKey = (event: KeyboardEvent) => {
      const work =
        event.ctrlKey || event.altKey || event.shiftKey || event.metaKey ? undefined : keys[event.key];
      if (!work) return;
      event.preventDefault();
      work();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [tabs, active, show]);

  const ready = processes !== null;
  useEffect(() => {
    if (ready && active === null) command.current?.focus();
  }, [ready, active]);

  const current = tabs.find((tab) => tab.id === active);
  const process = processes?.find((one) => one.key === current?.process);
  if (!processes) return <Spin className="page-wait" />; // before it is known what may be typed, nothing is taken
  return (
    <div className="workbench">
      <div className="bench-top">
        <CommandLine ref={command} />
        {tabs.length > 0 && (
          <div role="tablist" aria-label={t('tabs.label')} className="tabs">
            {tabs.map((tab) => (
              <button
                key={tab.id}
                type="button"
                role="tab"
                className={tab.id === active ? 'tab tab-here' : 'tab'}
                aria-selected={tab.id === active}
                onClick={() => show(tab.id)}
              >
                {nameOf(tab.process)}
                {tab.case !== null && <span className="quiet"> {tab.case}</span>}
              </button>
            ))}
          </div>
        )}
      </div>
      <div className="bench-body">
        {current && process ? (
          <div className="tab-panel" role="tabpanel" aria-label={nameOf(current.process)}>
            <Transaction key={current.id} tab={current} process={process} />
          </div>
        ) : (
          <section aria-label={t('bench.transactions')} className="offers">
            <LastTransaction />
            <h1>{t('bench.transactions')}</h1>
            {processes.length === 0 && <p className="quiet">{t('bench.none')}</p>}
            <ul>
              {processes.map((one) => (
                <li key={one.key}>
                  <button type="button" onClick={() => open(one.key)}>
                    <span className="code">{one.code}</span> {partOf(one.name, language)}
                    <span className="quiet"> {one.pinyin}</span>
                  </button>
                </li>
              ))}
            </ul>
          </section>
        )}
      </div>
      <KeysBar
        keys={[
          ['F1', t('help.toggle')],
          ['F2', t('keys.command')],
          ['F4', t('keys.nextTab')],
          ['F8', t('keys.lock')],
          ['F9', t('keys.submit')],
          ['Enter', t('keys.nextField')],
          ['↑', t('keys.previousField')],
        ]}
      />
    </div>
  );
}
