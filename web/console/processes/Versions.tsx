/* The versions of a process, and the way to what differs between two of them. */

import { useState } from 'react';
import { Tag } from 'antd';
import { Link, useLocation } from 'wouter';
import { get } from '../../shared/api/client';
import type { ProcessVersion } from '../../shared/api/processTypes';
import type { ProcessDetail } from '../../shared/api/types';
import { useI18n } from '../../shared/i18n';
import { showDated } from '../../shared/moments';
import { ScrolledTable, type Column } from '../../shared/Table';
import { useLoad } from '../../shared/useLoad';
import { whoIs } from '../../shared/who';
import { Shown } from './ui';

export function Versions({ process, version }: { process: string; version: number }) {
  const { t, language } = useI18n();
  const found = useLoad(`versions ${process}`, () => get<ProcessDetail>(`/v1/processes/${process}`));
  const columns: Column<ProcessVersion>[] = [
    {
      key: 'version',
      title: t('processes.version'),
      figures: true,
      cell: (one) => <Link href={`/${process}/${one.version}`}>{one.version}</Link>,
      by: (one) => one.version,
    },
    {
      key: 'state',
      title: t('processes.state'),
      cell: (one) =>
        one.released ? (
          <Tag className="tag-good">{t('processes.isReleased')}</Tag>
        ) : (
          t('processes.isNotReleased')
        ),
    },
    {
      key: 'at',
      title: t('processes.deployedAt'),
      cell: (one) => showDated(one.deployed_at, language),
      by: (one) => one.deployed_at,
    },
    { key: 'by', title: t('processes.deployedBy'), cell: (one) => whoIs(one.deployed_by, t) },
    { key: 'running', title: t('processes.running'), figures: true, cell: (one) => one.running },
    {
      key: 'digest',
      title: t('processes.digest'),
      cell: (one) => (
        <span className="code" title={one.digest}>
          {one.digest.slice(0, 16)}
        </span>
      ),
    },
    {
      key: 'differences',
      title: t('processes.differences'),
      cell: (one) =>
        one.version > 1 && (
          <Link href={`/${process}/differences/${one.version - 1}/${one.version}`}>
            {t('processes.against', { version: one.version - 1 })}
          </Link>
        ),
    },
  ];
  return (
    <Shown of={found}>
      {(detail) => (
        <>
          <p className="quiet">{t('processes.versionsHelp')}</p>
          <ScrolledTable
            label={t('processes.versions')}
            columns={columns}
            rows={[...detail.versions].sort((a, b) => b.version - a.version)}
            keyOf={(one) => one.version}
            rowClass={(one) => (one.version === version ? 'row-chosen' : undefined)}
          />
          {detail.versions.length > 1 && <Choose process={process} versions={detail.versions} />}
        </>
      )}
    </Shown>
  );
}

function Choose({ process, versions }: { process: string; versions: readonly ProcessVersion[] }) {
  const { t } = useI18n();
  const [, goTo] = useLocation();
  const numbers = versions.map((one) => one.version).sort((a, b) => a - b);
  const [before, setBefore] = useState(numbers.at(-2) ?? 1);
  const [after, setAfter] = useState(numbers.at(-1) ?? 1);
  return (
    <form
      className="search"
      onSubmit={(event) => {
        event.preventDefault();
        goTo(`/${process}/differences/${before}/${after}`);
      }}
    >
      <VersionSelect label={t('processes.before')} value={before} of={numbers} onChange={setBefore} />
      <VersionSelect label={t('processes.after')} value={after} of={numbers} onChange={setAfter} />
      <button type="submit" className="small-button tall-button">
        {t('processes.compare')}
      </button>
    </form>
  );
}

export function VersionSelect(props: {
  label: string;
  value: number;
  of: readonly number[];
  onChange: (version: number) => void;
}) {
  return (
    <label>
      {props.label}
      <select
        className="plain-input"
        value={props.value}
        onChange={(event) => props.onChange(Number(event.target.value))}
      >
        {props.of.map((one) => (
          <option key={one} value={one}>
            {one}
          </option>
        ))}
      </select>
    </label>
  );
}
