/* Standing orders: what is transferred by itself, when next, and stopping it. */

import { Link } from 'wouter';
import { get } from '../shared/api/client';
import type { StandingOrders, StandingOrderView } from '../shared/api/types';
import { useI18n } from '../shared/words';
import { showDecimal } from '../shared/money';
import { useLoad } from '../shared/useLoad';
import { Back } from './Account';
import { showDay } from './dates';
import { maskedNumber } from './money';
import { Button, Failed, Facts, OtherFaults, Title, Unknown, Waiting } from './parts';
import { useRequest } from './useRequest';

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
  const errand = useRequest(`order.${order.number}`, 'cancel_standing_order');
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
