/* A second factor is enrolled: an authenticator app by picture or by typing, or a passkey of this device. */

import { useState } from 'react';
import { type ApiError, asApiError } from '../shared/api/client';
import type { OneTimePasswordView } from '../shared/api/customerTypes';
import { useI18n } from '../shared/words';
import { CodeField, DoorForm } from './Entry';
import { Button, Failed, Notice } from './parts';
import { create, havePasskeys } from './passkeys';
import {
  beginOneTimePassword,
  confirmOneTimePassword,
  keepPasskey,
  passkeyOptions,
  type Proof,
} from './session';

interface Props {
  /** What a factor that is there already says. */
  proof: Proof;
  onDone: () => void;
}

export function Enrol({ proof, onDone }: Props) {
  const { t } = useI18n();
  const [shown, setShown] = useState<OneTimePasswordView | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const [code, setCode] = useState('');
  const [none, setNone] = useState(false);
  const begin = () => {
    setError(null);
    beginOneTimePassword(proof)
      .then(setShown)
      .catch((failed: unknown) => setError(asApiError(failed)));
  };
  const passkey = async () => {
    setError(null);
    try {
      const made = await create(await passkeyOptions(proof));
      setNone(made === null);
      if (!made) return;
      await keepPasskey(t('online.passkey.device'), made);
      onDone();
    } catch (failed) {
      setError(asApiError(failed));
    }
  };
  if (shown)
    return (
      <DoorForm
        names={[]}
        submitText={t('online.enrol.confirm')}
        ready={code.length === 6}
        work={async () => {
          await confirmOneTimePassword(code);
          onDone();
        }}
        onFailed={() => setCode('')}
      >
        {() => (
          <>
            <p>{t('online.enrol.scan')}</p>
            <QrPicture shown={shown} label={t('online.enrol.picture')} />
            <p className="quiet">{t('online.enrol.type')}</p>
            <p className="typed-secret">{shown.secret.replace(/(.{4})/g, '$1 ')}</p>
            <CodeField code={code} onCode={setCode} />
          </>
        )}
      </DoorForm>
    );
  return (
    <div className="stack">
      <p>{t('online.enrol.why')}</p>
      {error && <Failed error={error} />}
      {none && <Notice kind="plain" title={t('online.passkey.none')} />}
      <Button wide onClick={begin}>
        {t('online.enrol.app')}
      </Button>
      {havePasskeys && (
        <Button kind="calm" wide onClick={() => void passkey()}>
          {t('online.enrol.passkey')}
        </Button>
      )}
    </div>
  );
}

const MARGIN = 4;

function QrPicture({ shown, label }: { shown: OneTimePasswordView; label: string }) {
  const { size, path } = shown.picture;
  return (
    <svg
      className="qr"
      role="img"
      aria-label={label}
      viewBox={`${-MARGIN} ${-MARGIN} ${size + 2 * MARGIN} ${size + 2 * MARGIN}`}
      shapeRendering="crispEdges"
    >
      <rect x={-MARGIN} y={-MARGIN} width="100%" height="100%" fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  );
}
