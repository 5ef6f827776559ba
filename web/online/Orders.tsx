/* Standing orders: what is transferred by itself, when next, and stopping it. */

import { Link, useLocation } from 'wouter';
import { get, post } from '../shared/api/client';
import type { MyCase } from '../shared/api/customerTypes';
import type { StandingOrders, StandingOrderView } from '../shared/api/types';
import { useI18n } from '../shared/words';
import { showDecimal } from '../shared/money';
import { useErrand } from '../shared/useErrand';
import { useLoad } from '../shared/useLoad';
import { Back } from './Account';
import { showDay } from './dates';
import { maskedNumber } from './money';
import { Button, Failed, Facts, OtherFaults, Title, Unknown, Waiting } from './parts';
import { useVisit } from './visit';

export function Orders() {
  const { t } = useI18n();
  const { value, error, reload } = useLoad('orders', () =>
    get<StandingOrders>('/v1/my/standing-orders?limit=500'),
  );
  const running = value?.orders.filter((one) => !one.ended_at) ?? [];
  return (
    <>
      <Title back={<Back href="/transfer" />}>{t('online.orders')}</Title>
      {error && <Failed error={error} onAgain={reload} />}
      {!value && !error && <Waiting />}
      {value && running.length === 0 && <p className="empty">{t('online.orders.none')}</p>}
      <ul className="cards">
        {running.map((one) => (
          <Order key={one.number} order={one} />
        ))}
      </ul>
      <p>
        <Link href="/requests/new/agree_standing_order" className="button button-calm button-wide">
          {t('online.orders.new')}
        </Link>
      </p>
    </>
  );
}

function Order({ order }: { order: StandingOrderView }) {
  const { t, language } = useI18n();
  const { visit } = useVisit();
  const [, go] = useLocation();
  const errand = useErrand<MyCase>(
    visit.customer,
    `order.${order.number}`,
    (form, key) => post('/v1/my/processes/cancel_standing_order/cases', { form }, key),
    (made) => go(`/requests/${made.case}`),
  );
  return (
    <li className="card stack">
      <Facts
        rows={[
          [t('online.transfer.payee'), maskedNumber(order.payee)],
          [t('online.transfer.payer'), maskedNumber(order.payer)],
          [
            t('online.transfer.amount'),
            order.amount
              ? `${order.currency} ${showDecimal(order.amount, order.currency)}`
              : t('online.orders.above', { kept: showDecimal(order.kept, order.currency) }),
          ],
          [t('online.orders.next'), order.next_on && showDay(order.next_on, language)],
        ]}
      />
      <OtherFaults error={errand.error} names={[]} />
      {errand.progress === 'unknown' && <Unknown onAgain={errand.again} />}
      <Button
        kind="quiet"
        busy={errand.progress === 'sending'}
        disabled={errand.progress === 'unknown'}
        onClick={() => errand.submit({ payer: order.payer, order: order.number }, [])}
      >
        {t('online.orders.stop')}
      </Button>
    </li>
  );
}
