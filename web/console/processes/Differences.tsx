/* What differs between two versions: marked on both diagrams, by sign and word and not by colour alone, and as a table. */

import { Tag } from 'antd';
import { Link, useLocation } from 'wouter';
import { get } from '../../shared/api/client';
import type { AttributeDifference, DifferencesView, DifferenceView } from '../../shared/api/processTypes';
import type { ProcessDetail } from '../../shared/api/types';
import type { Note } from '../../shared/Diagram';
import { partOf, useI18n } from '../../shared/i18n';
import { ScrolledTable, type Column } from '../../shared/Table';
import { useLoad } from '../../shared/useLoad';
import { duration } from './durations';
import { Diagram, Shown, useAllowed, useWord, type Allowed } from './ui';
import { VersionSelect } from './Versions';
import { ATTRIBUTES, CHANGES, KINDS, PARTS } from './words';

export function Differences({ process, before, after }: { process: string; before: number; after: number }) {
  const { t, language } = useI18n();
  const [, goTo] = useLocation();
  const path = `/v1/processes/${process}/versions/${before}/differences/${after}`;
  const found = useLoad(path, () => get<DifferencesView>(path));
  const detail = useLoad(`versions ${process}`, () => get<ProcessDetail>(`/v1/processes/${process}`));
  const numbers = (detail.value?.versions ?? []).map((one) => one.version).sort((a, b) => a - b);
  const name = partOf(detail.value?.name ?? process, language);
  const show = (one: number, other: number) =>
    goTo(`/${process}/differences/${one}/${other}`, { replace: true });
  return (
    <section className="place" aria-label={t('processes.differences')}>
      <div className="place-head">
        <Link href="/">{t('processes.definitions')}</Link>
        <Link href={`/${process}/${after}/versions`}>{name}</Link>
        <h1>{t('processes.differencesOf', { before, after })}</h1>
      </div>
      <div className="search">
        <VersionSelect
          label={t('processes.before')}
          value={before}
          of={numbers}
          onChange={(n) => show(n, after)}
        />
        <VersionSelect
          label={t('processes.after')}
          value={after}
          of={numbers}
          onChange={(n) => show(before, n)}
        />
      </div>
      <Shown of={found}>
        {({ differences }) =>
          differences.length === 0 ? (
            <p className="empty">{t('processes.noDifferences')}</p>
          ) : (
            <>
              <div className="two">
                <Side
                  process={process}
                  version={before}
                  title={t('processes.before')}
                  differences={differences}
                  gone
                />
                <Side
                  process={process}
                  version={after}
                  title={t('processes.after')}
                  differences={differences}
                />
              </div>
              <AsTable differences={differences} />
            </>
          )
        }
      </Shown>
    </section>
  );
}

interface SideProps {
  process: string;
  version: number;
  title: string;
  differences: readonly DifferenceView[];
  /** The version before: what is gone is marked here, what is new on the other. */
  gone?: boolean;
}

function Side({ process, version, title, differences, gone }: SideProps) {
  const { t } = useI18n();
  const word = useWord();
  const notes = differences.flatMap((one): Note[] => {
    const drawn = one.part === 'element' || one.part === 'flow';
    if (!drawn || one.change === (gone ? 'added' : 'removed')) return [];
    const sign = one.change as 'added' | 'removed' | 'changed';
    return [
      {
        id: one.id,
        sign,
        text:
          one.part === 'flow' ? SIGNS[one.change] : `${SIGNS[one.change] ?? ''} ${word(CHANGES, one.change)}`,
      },
    ];
  });
  return (
    <section aria-label={title}>
      <h2>
        {title} <span className="quiet">{t('processes.versionNumber', { version })}</span>
      </h2>
      <Diagram
        process={process}
        version={version}
        notes={notes}
        label={t('processes.diffDiagramLabel', { version })}
      />
    </section>
  );
}

const SIGNS: Record<string, string> = { added: '+', removed: '−', changed: '≠' };
const TAGS: Record<string, string> = { added: 'tag-good', removed: 'tag-bad', changed: 'tag-risk' };

function AsTable({ differences }: { differences: readonly DifferenceView[] }) {
  const allowed = useAllowed();
  const { t, language } = useI18n();
  const word = useWord();
  const columns: Column<DifferenceView>[] = [
    { key: 'part', title: t('processes.what'), cell: (one) => word(PARTS, one.part) },
    {
      key: 'name',
      title: t('processes.nameAndId'),
      cell: (one) => (
        <>
          {partOf(one.name, language)}
          <div className="quiet code">{one.inner === null ? one.id : `${one.id} / ${one.inner}`}</div>
        </>
      ),
    },
    {
      key: 'change',
      title: t('processes.change'),
      cell: (one) => (
        <Tag className={TAGS[one.change]}>
          <span aria-hidden="true">{SIGNS[one.change]}</span> {word(CHANGES, one.change)}
        </Tag>
      ),
    },
    {
      key: 'attributes',
      title: t('processes.beforeAndAfter'),
      cell: (one) => <Attributes attributes={one.attributes} allowed={allowed} />,
    },
  ];
  const counts = (change: string) => differences.filter((one) => one.change === change).length;
  return (
    <ScrolledTable
      label={t('processes.differences')}
      caption={t('processes.differencesCaption', {
        added: counts('added'),
        removed: counts('removed'),
        changed: counts('changed'),
      })}
      className="changes-table"
      columns={columns}
      rows={differences}
      keyOf={(one) => `${one.part} ${one.id} ${one.inner ?? ''}`}
    />
  );
}

function Attributes(props: { attributes: readonly AttributeDifference[]; allowed: Allowed }) {
  const { attributes, allowed } = props;
  const { t } = useI18n();
  const word = useWord();
  const title = (attribute: string) => {
    const [, side, what] = /^(when|then)\.(.*)$/.exec(attribute) ?? [];
    if (what === undefined) return word(ATTRIBUTES, attribute);
    return side === 'when' ? t('processes.when', { what }) : t('processes.then', { what });
  };
  return (
    <ul className="changes">
      {attributes.map((one) => (
        <li key={one.attribute}>
          <span className="quiet">{title(one.attribute)}</span>
          <span>
            {one.before !== null && (
              <del>
                <Said attribute={one.attribute} text={one.before} allowed={allowed} />
              </del>
            )}
            {one.before !== null && one.after !== null && <span aria-hidden="true"> → </span>}
            {one.after !== null && (
              <ins>
                <Said attribute={one.attribute} text={one.after} allowed={allowed} />
              </ins>
            )}
          </span>
        </li>
      ))}
    </ul>
  );
}

const TIMES = new Set(['service_level', 'at_risk', 'backoff', 'event.timing']);

function Said({ attribute, text, allowed }: { attribute: string; text: string; allowed: Allowed }) {
  const { language } = useI18n();
  const word = useWord();
  if (attribute === 'kind') return <>{word(KINDS, text)}</>;
  if (attribute === 'role' || attribute === 'start_roles') return <>{allowed.starters(text.split(' '))}</>;
  if (attribute === 'channels') return <>{allowed.channels(text.split(' '))}</>;
  if (TIMES.has(attribute) && duration(text, language) !== text)
    return (
      <>
        {duration(text, language)} <code>{text}</code>
      </>
    );
  return <>{text}</>;
}
