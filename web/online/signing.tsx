/* A signature by passkey: whether the customer can give one here, and the way to one where they cannot. */

import { Link } from 'wouter';
import { get } from '../shared/api/client';
import type { FactorsView } from '../shared/api/customerTypes';
import { useI18n } from '../shared/words';
import { useLoad } from '../shared/useLoad';
import { Notice } from './parts';
import { havePasskeys } from './passkeys';

/** unknown: the bank has not said what the customer has, and decides when it is asked. */
export type Signing = 'looking' | 'possible' | 'no passkey' | 'not here' | 'unknown';

export function signingOf(factors: FactorsView | null, failed: boolean, passkeysWorkHere: boolean): Signing {
  if (!factors) return failed ? 'unknown' : 'looking';
  if (factors.passkeys.length === 0) return 'no passkey';
  return passkeysWorkHere ? 'possible' : 'not here';
}

export function cannotSign(signing: Signing): boolean {
  return signing === 'no passkey' || signing === 'not here';
}

/** needed: where nothing is to be signed nothing is asked for. */
export function useSigning(needed: boolean): Signing {
  const { value, error } = useLoad(needed ? 'passkeys to sign with' : '', () =>
    needed ? get<FactorsView>('/v1/my/second-factors') : Promise.resolve(null),
  );
  return needed ? signingOf(value, error !== null, havePasskeys) : 'possible';
}

/** What is missing, and where it is to be had. */
export function SigningMissing({ signing }: { signing: Signing }) {
  const { t } = useI18n();
  if (signing === 'no passkey')
    return (
      <Notice kind="wait" title={t('online.signing.noPasskey')}>
        <p>{t('online.signing.addOne')}</p>
        <p>
          <Link href="/me" className="button button-calm">
            {t('online.signing.toMe')}
          </Link>
        </p>
      </Notice>
    );
  if (signing === 'not here')
    return (
      <Notice kind="wait" title={t('online.signing.notHere')}>
        <p>{t('online.signing.elsewhere')}</p>
      </Notice>
    );
  return null;
}
