/* The customer's own side of the door: factors, password, language. */

import { useState } from 'react';
import { type ApiError, asApiError, askOnce, get } from '../shared/api/client';
import type { FactorsView, PasskeyView } from '../shared/api/customerTypes';
import { LanguageSwitch } from '../shared/LanguageSwitch';
import { useI18n } from '../shared/words';
import { useLoad } from '../shared/useLoad';
import { showDay } from './dates';
import { Enrol } from './Enrol';
import { CodeField, DoorForm, isTypedTwice, NewPassword, NOTHING_TYPED } from './Entry';
import { Button, Facts, Failed, Field, faultsOf, Notice, Title, Waiting } from './parts';
import { answer, havePasskeys } from './passkeys';
import { proofOptions, type Proof } from './session';
import { useVisit } from './visit';

export function Me() {
  const { t } = useI18n();
  const { visit, leave } = useVisit();
  return (
    <>
      <Title>{t('online.me')}</Title>
      <section className="card stack" aria-label={t('online.me.who')}>
        <Facts
          rows={[
            [t('online.me.name'), visit.name],
            [t('online.entry.customer'), visit.customer],
          ]}
        />
        <div className="line">
          <LanguageSwitch />
          <Button kind="quiet" onClick={leave}>
            {t('nav.leave')}
          </Button>
        </div>
      </section>
      <Factors />
      <Password />
    </>
  );
}

function Factors() {
  const { t, language } = useI18n();
  const { value, error, reload } = useLoad('factors', () => get<FactorsView>('/v1/my/second-factors'));
  const [proof, setProof] = useState<Proof | null>(null);
  const [asking, setAsking] = useState(false);
  const [told, setTold] = useState(false);
  return (
    <section className="card stack" aria-labelledby="factors">
      <h2 id="factors">{t('online.me.factors')}</h2>
      {error && <Failed error={error} onAgain={reload} />}
      {!value && !error && <Waiting />}
      {told && <Notice kind="good" title={t('online.me.enrolled')} />}
      {value && (
        <ul className="plain-list">
          <li>
            {value.one_time_password_since
              ? t('online.me.app', { day: showDay(value.one_time_password_since, language) })
              : t('online.me.noApp')}
          </li>
          {value.passkeys.map((one) => (
            <Passkey key={one.passkey} passkey={one} onRemoved={reload} />
          ))}
        </ul>
      )}
      {!asking && !proof && (
        <Button kind="calm" onClick={() => setAsking(true)}>
          {t('online.me.add')}
        </Button>
      )}
      {asking && !proof && <Prove onProof={setProof} />}
      {proof && (
        <Enrol
          proof={proof}
          onDone={() => {
            setProof(null);
            setAsking(false);
            setTold(true);
            reload();
          }}
        />
      )}
    </section>
  );
}

/** Who has a factor proves themselves with it before factors change. */
function Prove({ onProof }: { onProof: (proof: Proof) => void }) {
  const { t } = useI18n();
  const [code, setCode] = useState('');
  const [none, setNone] = useState(false);
  return (
    <>
      <DoorForm
        names={[]}
        submitText={t('online.entry.next')}
        ready={code.length === 6}
        work={async () => onProof({ one_time_password: code })}
      >
        {() => <CodeField code={code} onCode={setCode} />}
      </DoorForm>
      {none && <Notice kind="plain" title={t('online.passkey.none')} />}
      {havePasskeys && (
        <DoorForm
          names={[]}
          submitText={t('online.entry.passkey')}
          ready
          work={async () => {
            const assertion = await answer(await proofOptions());
            setNone(assertion === null);
            if (assertion) onProof({ assertion });
          }}
        >
          {() => null}
        </DoorForm>
      )}
    </>
  );
}

function Passkey({ passkey, onRemoved }: { passkey: PasskeyView; onRemoved: () => void }) {
  const { t, language } = useI18n();
  const [asking, setAsking] = useState(false);
  const [error, setError] = useState<ApiError | null>(null);
  const remove = (proof: Proof) =>
    askOnce('POST', `/v1/my/second-factors/passkeys/${passkey.passkey}/removal`, proof)
      .then(onRemoved)
      .catch((failed: unknown) => setError(asApiError(failed)));
  return (
    <li>
      <div className="line">
        <span>
          {t('online.me.passkey', { name: passkey.name, day: showDay(passkey.added_at, language) })}
        </span>
        {!asking && (
          <Button kind="quiet" onClick={() => setAsking(true)}>
            {t('online.me.remove')}
          </Button>
        )}
      </div>
      {error && <Failed error={error} />}
      {asking && <Prove onProof={(proof) => void remove(proof)} />}
    </li>
  );
}

function Password() {
  const { t } = useI18n();
  const { leave } = useVisit();
  const [old, setOld] = useState('');
  const [fresh, setFresh] = useState(NOTHING_TYPED);
  return (
    <section className="card" aria-labelledby="password">
      <h2 id="password">{t('online.me.password')}</h2>
      <p className="quiet">{t('online.me.passwordMore')}</p>
      <DoorForm
        names={['old', 'new']}
        submitText={t('online.me.change')}
        ready={old !== '' && isTypedTwice(fresh)}
        work={async () => {
          await askOnce('PUT', '/v1/my/password', { old, new: fresh.password });
          leave();
        }}
        onFailed={() => setOld('')}
      >
        {(error) => (
          <>
            <Field label={t('online.me.old')} faults={faultsOf(error, 'old')}>
              {(common) => (
                <input
                  {...common}
                  type="password"
                  autoComplete="current-password"
                  value={old}
                  onChange={(event) => setOld(event.target.value)}
                />
              )}
            </Field>
            <NewPassword typed={fresh} onTyped={setFresh} faults={faultsOf(error, 'new')} />
          </>
        )}
      </DoorForm>
    </section>
  );
}
