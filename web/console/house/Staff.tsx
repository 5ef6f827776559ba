/* The members of staff (员工): who there is, with which roles; new ones entered, roles given, people shut out and let in. */

import { useMemo, useState } from 'react';
import { Alert, Button, Spin, Tag } from 'antd';
import { get } from '../../shared/api/client';
import type { BranchView, RoleView, StaffPage, StaffView } from '../../shared/api/consoleTypes';
import { useFaultText } from '../../shared/faults';
import { useI18n } from '../../shared/i18n';
import { showMoment } from '../../shared/moments';
import { SearchField } from '../../shared/SearchField';
import { Table, type Column } from '../../shared/Table';
import { useLoad } from '../../shared/useLoad';
import { useRoleNames } from '../../shared/useRoleNames';
import { Member } from './Member';
import { NewMember } from './NewMember';

const PAGE = 500;

async function everybody(): Promise<StaffView[]> {
  const found: StaffView[] = [];
  for (let after: string | null = ''; after !== null;) {
    const page: StaffPage = await get<StaffPage>(`/v1/staff?limit=${PAGE}&after=${after}`);
    found.push(...page.staff);
    after = page.next;
  }
  return found;
}

export function StateTag({ member }: { member: StaffView }) {
  const { t, language } = useI18n();
  if (!member.active) return <Tag className="tag-bad">{t('staff.left')}</Tag>;
  if (member.locked_until && new Date(member.locked_until) > new Date())
    return (
      <Tag className="tag-risk">
        {t('staff.locked', { until: showMoment(member.locked_until, language) })}
      </Tag>
    );
  return <Tag className="tag-good">{t('staff.active')}</Tag>;
}

export default function Staff() {
  const { t } = useI18n();
  const faultText = useFaultText();
  const roleName = useRoleNames();
  const [sought, setSought] = useState('');
  const [chosen, setChosen] = useState<string | null>(null);
  const [adding, setAdding] = useState(false);
  const { value: staff, error, reload } = useLoad('staff', everybody);
  const { value: house } = useLoad('staff house', async () => ({
    branches: await get<BranchView[]>('/v1/branches'),
    roles: await get<RoleView[]>('/v1/roles'),
  }));
  const words = sought.trim().toLowerCase();
  const found = useMemo(
    () =>
      staff?.filter((one) =>
        [one.number, one.name, one.branch, ...one.roles.map(roleName)].some((text) =>
          text.toLowerCase().includes(words),
        ),
      ) ?? [],
    [staff, words, roleName],
  );
  const columns = useMemo<Column<StaffView>[]>(
    () => [
      {
        key: 'number',
        title: t('staff.number'),
        cell: (one) => (
          <button type="button" tabIndex={-1} className="link-button" onClick={() => setChosen(one.number)}>
            {one.number}
          </button>
        ),
        by: (one) => one.number,
      },
      { key: 'name', title: t('staff.name'), cell: (one) => one.name, by: (one) => one.name },
      {
        key: 'branch',
        title: t('worklist.branch'),
        cell: (one) => one.branch,
        by: (one) => one.branch,
        wide: true,
      },
      { key: 'roles', title: t('staff.roles'), cell: (one) => one.roles.map(roleName).join(' · ') },
      { key: 'state', title: t('staff.state'), cell: (one) => <StateTag member={one} /> },
    ],
    [t, roleName],
  );
  const member = staff?.find((one) => one.number === chosen);
  return (
    <section className="place" aria-label={t('console.staff')}>
      <div className="place-head">
        <h1>{t('console.staff')}</h1>
      </div>
      {error && <Alert type="error" showIcon title={faultText(error)} />}
      {!staff && !error && <Spin />}
      {staff && (
        <>
          <div className="search">
            <SearchField
              id="staff-find"
              label={t('staff.find')}
              autoComplete="off"
              value={sought}
              onChange={setSought}
            />
            <Button
              onClick={() => {
                setAdding(true);
                setChosen(null);
              }}
            >
              {t('staff.new')}
            </Button>
          </div>
          <div className={member || adding ? 'with-detail' : undefined}>
            <div className="scroll-x">
              {found.length === 0 ? (
                <p className="empty">{t('staff.none')}</p>
              ) : (
                <Table
                  className="wrapped"
                  label={t('staff.table')}
                  columns={columns}
                  rows={found}
                  keyOf={(one) => one.number}
                  rowClass={(one) => (one.number === chosen ? 'row-chosen' : undefined)}
                  onOpen={(one) => {
                    setChosen(one.number);
                    setAdding(false);
                  }}
                />
              )}
            </div>
            {member && house && (
              <Member
                key={member.number}
                member={member}
                roles={house.roles}
                onChanged={reload}
                onClose={() => setChosen(null)}
              />
            )}
            {adding && !member && house && (
              <NewMember
                branches={house.branches}
                roles={house.roles}
                onEntered={reload}
                onClose={() => setAdding(false)}
              />
            )}
          </div>
        </>
      )}
    </section>
  );
}
