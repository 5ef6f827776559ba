-- Agreements that customers sign online: by a one-time password or a passkey, over what was shown to them.
ALTER TABLE customer_agreement DROP CONSTRAINT customer_agreement_signature_method_check;
ALTER TABLE customer_agreement ADD CONSTRAINT customer_agreement_signature_method_check
    CHECK (signature_method IN ('signature_pad', 'certificate', 'paper', 'one_time_password', 'passkey'));
COMMENT ON COLUMN customer_agreement.signature_digest IS
    'SHA-256 of the signature: the pad''s strokes, the certificate''s, the scan; online, of what was shown, as canonical JSON';
