/* Everything the bank knows of one customer, entered once and shown once; transactions begin from here, filled in. */

import { useMemo, useState, type ReactNode } from 'react';
import { Alert, Spin, Tag } from 'antd';
import { useLocation } from 'wouter';
import { get } from '../shared/api/client';
import type {
  AccountView,
  AgreementLine,
  CaseLine,
  CasePage,
  CustomerView,
  Deposits,
  DepositView,
  FieldDefinition,
  ProcessView,
  StandingOrders,
  StandingOrderView,
  Statement,
  StatementLine,
} from '../shared/api/types';
import { AccountState } from '../shared/fields/AccountBeside';
import { useFaultText } from '../shared/faults';
import type { Filled } from '../shared/fields/filled';
import { labelOf, partOf, useI18n, type Key } from '../shared/i18n';
import { showDecimal } from '../shared/money';
import { showMoment } from '../shared/moments';
import { Rows, type Row } from '../shared/Rows';
import { ScrolledTable, type Column } from '../shared/Table';
import { useLoad } from '../shared/useLoad';
import { useProcessNames } from '../shared/useProcessNames';
import { useWorkbench } from './workbenchState';

const LATEST = 50;

interface File {
  customer: CustomerView;
  accounts: AccountView[];
  deposits: DepositView[];
  orders: StandingOrderView[];
  agreements: AgreementLine[];
  cases: CaseLine[];
}

async function load(number: string): Promise<File> {
  const customer = await get<CustomerView>(`/v1/customers/${number}`);
  const about = (type: string, one: string) =>
    get<CasePage>(`/v1/cases?object_type=${type}&object_number=${one}&limit=50`).then((page) => page.cases);
  const [accounts, deposits, orders, agreements, ofCustomer, ...ofAccounts] = await Promise.all([
    Promise.all(
      customer.accounts.map((one) => get<AccountView>(`/v1/accounts/${one.number}`).catch(() => null)),
    ),
    get<Deposits>(`/v1/customers/${number}/deposits?limit=200`),
    get<StandingOrders>(`/v1/customers/${number}/standing-orders?limit=200`),
    get<AgreementLine[]>(`/v1/customers/${number}/agreements`),
    about('customer', number),
    ...customer.accounts.map((one) => about('account', one.number)),
  ]);
  const cases = new Map([ofCustomer, ...ofAccounts].flat().map((one) => [one.case, one]));
  return {
    customer,
    accounts: accounts.filter((one) => one !== null),
    deposits: deposits.deposits,
    orders: orders.orders,
    agreements,
    cases: [...cases.values()].sort((a, b) => b.case - a.case),
  };
}

/** The newest lines: the API reads forward from a position. */
async function latest(account: string): Promise<StatementLine[]> {
  const lines: StatementLine[] = [];
  let next: number | null = 0;
  while (next !== null) {
    const page: Statement = await get<Statement>(`/v1/accounts/${account}/statement?limit=500&after=${next}`);
    lines.push(...page.lines);
    lines.splice(0, Math.max(0, lines.length - LATEST));
    next = page.next;
  }
  return lines.reverse();
}

export function CustomerFile({ number, account }: { number: string; account: string }) {
  const { t } = useI18n();
  const faultText = useFaultText();
  const { value, error } = useLoad(`customer ${number}`, () => load(number));
  const [chosen, setChosen] = useState(account);
  const nameOf = useProcessNames();
  if (error && !value) return <Alert type="error" showIcon title={faultText(error)} />;
  if (!value) return <Spin />;
  const here = chosen || (value.accounts[0]?.number ?? '');
  const complaints = value.cases.filter((one) => one.process.startsWith('complaint'));
  const others = value.cases.filter((one) => !complaints.includes(one));
  return (
    <div className="file">
      <div className="file-main">
        <Person customer={value.customer} />
        <Accounts accounts={value.accounts} chosen={here} onChoose={setChosen} />
        {here && <Movements account={here} />}
        <Placed deposits={value.deposits} />
        <Orders orders={value.orders} />
        <Agreements lines={value.agreements} />
        <Cases title={t('file.complaints')} cases={complaints} nameOf={nameOf} />
        <Cases title={t('file.cases')} cases={others} nameOf={nameOf} />
      </div>
      <Offers customer={value.customer.number} account={here} />
    </div>
  );
}

function Person({ customer }: { customer: CustomerView }) {
  const { t, language } = useI18n();
  const rows: Row[] = [
    [t('customer.number'), customer.number],
    [t('customer.kind'), customer.kind === 'individual' ? t('customer.individual') : t('customer.entity')],
    [t('customer.document'), customer.document_number_masked],
    [t('customer.mobile'), customer.mobile_masked],
    [t('customer.address'), customer.address],
    [t('customer.since'), showMoment(customer.opened_at, language)],
  ];
  return (
    <section aria-label={t('customer.title')}>
      <h2 className="file-name">{customer.name}</h2>
      <Rows className="facts" rows={rows} />
    </section>
  );
}

/** A part of the file; a part that is empty says so in one line. */
function Part<Row>(props: {
  title: string;
  rows: readonly Row[];
  columns: readonly Column<Row>[];
  keyOf: (row: Row) => string | number;
  rowClass?: (row: Row) => string | undefined;
  onOpen?: (row: Row) => void;
}) {
  const { t } = useI18n();
  const { title, rows, ...table } = props;
  if (rows.length === 0)
    return (
      <p className="file-none">
        <strong>{title}</strong> <span className="quiet">{t('value.none')}</span>
      </p>
    );
  return (
    <section aria-label={title}>
      <h2>{title}</h2>
      <ScrolledTable label={title} rows={rows} {...table} />
    </section>
  );
}

function Accounts(props: {
  accounts: readonly AccountView[];
  chosen: string;
  onChoose: (account: string) => void;
}) {
  const { accounts, chosen, onChoose } = props;
  const { t } = useI18n();
  const money = (title: Key, of: (one: AccountView) => string): Column<AccountView> => ({
    key: title,
    title: t(title),
    figures: true,
    cell: (one) => showDecimal(of(one), one.currency),
  });
  const columns: Column<AccountView>[] = [
    {
      key: 'number',
      title: t('lookUp.account'),
      cell: (one) => (
        <button type="button" tabIndex={-1} className="link-button" onClick={() => onChoose(one.number)}>
          {one.number}
        </button>
      ),
    },
    { key: 'currency', title: t('lookUp.currency'), cell: (one) => one.currency },
    { key: 'state', title: t('lookUp.state'), cell: (one) => <AccountState account={one} /> },
    money('lookUp.ledger', (one) => one.ledger),
    money('lookUp.available', (one) => one.available),
    money('lookUp.held', (one) => one.held),
    { key: 'opened', title: t('file.openedOn'), cell: (one) => one.opened_on },
  ];
  return (
    <Part
      title={t('lookUp.accounts')}
      rows={accounts}
      columns={columns}
      keyOf={(one) => one.number}
      rowClass={(one) => (one.number === chosen ? 'row-chosen' : undefined)}
      onOpen={(one) => onChoose(one.number)}
    />
  );
}

function Movements({ account }: { account: string }) {
  const { t, language } = useI18n();
  const { value } = useLoad(`movements ${account}`, () => latest(account));
  const columns: Column<StatementLine>[] = [
    { key: 'date', title: t('result.bookedOn'), cell: (line) => line.booking_date },
    { key: 'journal', title: t('journal.number'), figures: true, cell: (line) => line.journal },
    {
      key: 'out',
      title: t('lookUp.out'),
      figures: true,
      cell: (line) => (line.side === 'debit' ? showDecimal(line.amount) : ''),
    },
    {
      key: 'in',
      title: t('lookUp.in'),
      figures: true,
      cell: (line) => (line.side === 'credit' ? showDecimal(line.amount) : ''),
    },
    { key: 'balance', title: t('lookUp.balance'), figures: true, cell: (line) => showDecimal(line.balance) },
    {
      key: 'memo',
      title: t('lookUp.memo'),
      cell: (line) => (line.zh && line.en ? labelOf({ zh: line.zh, en: line.en }, language) : line.memo),
    },
  ];
  if (!value) return <Spin />;
  return (
    <Part
      title={t('lookUp.latestOf', { account })}
      rows={value}
      columns={columns}
      keyOf={(line) => line.position}
    />
  );
}

const STATES: Record<string, Key> = {
  running: 'state.running',
  ended: 'state.ended',
  not_activated: 'state.notActivated',
  completed: 'state.completed',
  incident: 'state.incident',
  cancelled: 'state.cancelled',
  terminated: 'state.ended',
  failed: 'state.failed',
  open: 'state.running',
  matured: 'state.matured',
  closed: 'state.ended',
};

function State({ state }: { state: string }) {
  const { t } = useI18n();
  const key = STATES[state];
  return <Tag className={state === 'running' ? 'tag-good' : undefined}>{key ? t(key) : state}</Tag>;
}

function Placed({ deposits }: { deposits: readonly DepositView[] }) {
  const { t } = useI18n();
  const columns: Column<DepositView>[] = [
    { key: 'number', title: t('file.deposit'), cell: (one) => one.number },
    { key: 'product', title: t('file.product'), cell: (one) => `${one.product} ${one.tenor ?? ''}` },
    {
      key: 'principal',
      title: t('journal.amount'),
      figures: true,
      cell: (one) => showDecimal(one.principal, one.currency),
    },
    { key: 'rate', title: t('file.rate'), figures: true, cell: (one) => one.rate },
    { key: 'opened', title: t('file.openedOn'), cell: (one) => one.opened_on },
    { key: 'matures', title: t('file.maturesOn'), cell: (one) => one.matures_on },
    { key: 'state', title: t('lookUp.state'), cell: (one) => <State state={one.state} /> },
  ];
  return <Part title={t('file.deposits')} rows={deposits} columns={columns} keyOf={(one) => one.number} />;
}

function Orders({ orders }: { orders: readonly StandingOrderView[] }) {
  const { t } = useI18n();
  const amount = (one: StandingOrderView) =>
    one.amount === null
      ? t('file.allAbove', { kept: showDecimal(one.kept, one.currency) })
      : showDecimal(one.amount, one.currency);
  const columns: Column<StandingOrderView>[] = [
    { key: 'number', title: t('file.order'), cell: (one) => one.number },
    { key: 'payer', title: t('file.payer'), cell: (one) => one.payer },
    { key: 'payee', title: t('file.payee'), cell: (one) => one.payee },
    { key: 'amount', title: t('journal.amount'), figures: true, cell: amount },
    { key: 'next', title: t('file.nextOn'), cell: (one) => one.next_on },
    {
      key: 'state',
      title: t('lookUp.state'),
      cell: (one) => <State state={one.ended_at ? 'ended' : 'running'} />,
    },
  ];
  return <Part title={t('file.orders')} rows={orders} columns={columns} keyOf={(one) => one.number} />;
}

const AGREEMENTS: Record<string, Key> = {
  agreement_deposit: 'file.agreementDeposit',
  transfer_limit: 'file.transferLimit',
  movement_notices: 'file.movementNotices',
  online_banking: 'file.onlineBanking',
  signed: 'file.signed',
};

function Agreements({ lines }: { lines: readonly AgreementLine[] }) {
  const { t, language } = useI18n();
  const kind = (one: AgreementLine) => (AGREEMENTS[one.kind] ? t(AGREEMENTS[one.kind] as Key) : one.kind);
  const columns: Column<AgreementLine>[] = [
    { key: 'kind', title: t('file.agreement'), cell: kind },
    { key: 'detail', title: t('file.detail'), cell: (one) => one.detail },
    { key: 'account', title: t('lookUp.account'), cell: (one) => one.account },
    {
      key: 'amount',
      title: t('journal.amount'),
      figures: true,
      cell: (one) => (one.amount === null ? '' : showDecimal(one.amount, one.currency ?? undefined)),
    },
    { key: 'since', title: t('file.since'), cell: (one) => one.since && showMoment(one.since, language) },
    { key: 'until', title: t('file.until'), cell: (one) => one.until },
    { key: 'state', title: t('lookUp.state'), cell: (one) => <State state={one.state} /> },
  ];
  return (
    <Part
      title={t('file.agreements')}
      rows={lines}
      columns={columns}
      keyOf={(one) => `${one.kind} ${one.account} ${one.detail} ${one.since}`}
    />
  );
}

function Cases(props: { title: string; cases: readonly CaseLine[]; nameOf: (process: string) => string }) {
  const { title, cases, nameOf } = props;
  const { t, language } = useI18n();
  const columns = useMemo<Column<CaseLine>[]>(
    () => [
      { key: 'case', title: t('worklist.case'), cell: (one) => one.case },
      { key: 'process', title: t('worklist.process'), cell: (one) => nameOf(one.process) },
      { key: 'state', title: t('lookUp.state'), cell: (one) => <State state={one.status} /> },
      { key: 'by', title: t('case.startedBy'), cell: (one) => one.initiator },
      { key: 'at', title: t('case.when'), cell: (one) => showMoment(one.started_at, language) },
    ],
    [t, language, nameOf],
  );
  return <Part title={title} rows={cases} columns={columns} keyOf={(one) => one.case} />;
}

const ACCOUNT_FIELDS = ['account', 'payer'];

/** What of a start form is known already from this customer and account; null where nothing is. */
export function prefilled(
  fields: readonly FieldDefinition[],
  customer: string,
  account: string,
): Filled | null {
  const filled: Filled = {};
  for (const field of fields) {
    if (field.name === 'customer') filled[field.name] = customer;
    else if (account && field.type === 'account' && ACCOUNT_FIELDS.includes(field.name))
      filled[field.name] = account;
  }
  return Object.keys(filled).length ? filled : null;
}

/** Whatever this person may begin for the customer, in the order of the codes. */
function Offers({ customer, account }: { customer: string; account: string }) {
  const { t, language } = useI18n();
  const { processes, open } = useWorkbench();
  const [, go] = useLocation();
  const offers = (processes ?? []).flatMap((process): [ProcessView, Filled][] => {
    const filled = prefilled(process.start_form?.fields ?? [], customer, account);
    return filled ? [[process, filled]] : [];
  });
  if (offers.length === 0) return null;
  const heading: ReactNode = account ? t('file.startFor', { account }) : t('file.start');
  return (
    <aside className="file-offers" aria-label={t('file.start')}>
      <h2>{heading}</h2>
      <ul>
        {offers.map(([process, filled]) => (
          <li key={process.key}>
            <button
              type="button"
              onClick={() => {
                open(process.key, { filled });
                go('/');
              }}
            >
              <span className="code">{process.code}</span> {partOf(process.name, language)}
            </button>
          </li>
        ))}
      </ul>
    </aside>
  );
}
