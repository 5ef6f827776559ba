/* Passkeys: the bank's options as the browser takes them, and the browser's answers as the bank does (WebAuthn, level 3,
   5.1.8 and 5.1.9), written out because phones in use do not all have it built in. */

import type { Value, Values } from '../shared/api/types';

export const havePasskeys = 'PublicKeyCredential' in globalThis;

function bytesOf(text: Value | undefined): Uint8Array<ArrayBuffer> {
  const plain = atob(String(text).replace(/-/g, '+').replace(/_/g, '/'));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

function textOf(bytes: ArrayBuffer): string {
  const plain = Array.from(new Uint8Array(bytes), (byte) => String.fromCharCode(byte)).join('');
  return btoa(plain).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
}

function named(list: Value | undefined): PublicKeyCredentialDescriptor[] {
  return (Array.isArray(list) ? (list as Values[]) : []).map((one) => ({
    type: 'public-key',
    id: bytesOf(one.id),
  }));
}

/** Null where the customer has changed their mind, or the device has no such key. */
async function asked(work: () => Promise<Credential | null>): Promise<PublicKeyCredential | null> {
  try {
    return (await work()) as PublicKeyCredential | null;
  } catch {
    return null;
  }
}

/** A credential as the bank takes it. */
function credential(made: PublicKeyCredential, response: Values): Values {
  return {
    id: made.id,
    rawId: textOf(made.rawId),
    type: made.type,
    clientExtensionResults: {},
    response: { clientDataJSON: textOf(made.response.clientDataJSON), ...response },
  };
}

/** Prove oneself by a passkey that the bank knows. */
export async function answer(options: Values): Promise<Values | null> {
  const made = await asked(() =>
    navigator.credentials.get({
      publicKey: {
        challenge: bytesOf(options.challenge),
        rpId: String(options.rpId),
        timeout: Number(options.timeout ?? 300_000),
        userVerification: 'required',
        allowCredentials: named(options.allowCredentials),
      },
    }),
  );
  if (!made) return null;
  const said = made.response as AuthenticatorAssertionResponse;
  return credential(made, {
    authenticatorData: textOf(said.authenticatorData),
    signature: textOf(said.signature),
    userHandle: said.userHandle ? textOf(said.userHandle) : null,
  });
}

/** Make a new passkey. */
export async function create(options: Values): Promise<Values | null> {
  const user = options.user as Values;
  const made = await asked(() =>
    navigator.credentials.create({
      publicKey: {
        challenge: bytesOf(options.challenge),
        rp: options.rp as unknown as PublicKeyCredentialRpEntity,
        user: { id: bytesOf(user.id), name: String(user.name), displayName: String(user.displayName) },
        pubKeyCredParams: options.pubKeyCredParams as unknown as PublicKeyCredentialParameters[],
        timeout: Number(options.timeout ?? 300_000),
        attestation: 'none',
        excludeCredentials: named(options.excludeCredentials),
        authenticatorSelection: options.authenticatorSelection as AuthenticatorSelectionCriteria,
      },
    }),
  );
  if (!made) return null;
  const said = made.response as AuthenticatorAttestationResponse;
  return credential(made, {
    attestationObject: textOf(said.attestationObject),
    transports: said.getTransports?.() ?? [],
  });
}
