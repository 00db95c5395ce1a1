/** Makes what `certificates.ts` describes. It takes a library of some size, which no test has to load. */
import 'reflect-metadata';
import { createPrivateKey, KeyObject, webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import type { Certificates, EncryptedPem, Pem } from './certificates.ts';

const EC = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const FROM = new Date('2020-01-01T00:00:00Z');
const UNTIL = new Date('2099-12-31T00:00:00Z');
const PASSPHRASE = 'correct horse';
const LOCAL_NAMES = ['localhost', 'example.test'];
const LOCAL_ADDRESSES = ['127.0.0.1', '::1'];

interface Authority {
  readonly certificate: x509.X509Certificate;
  readonly keys: webcrypto.CryptoKeyPair;
}

interface Leaf {
  readonly commonName?: string;
  readonly names?: readonly string[];
  readonly addresses?: readonly string[];
  readonly from?: Date;
  readonly until?: Date;
  readonly purpose?: x509.ExtendedKeyUsage;
  readonly issuer?: Authority;
}

const LOCAL: Leaf = { names: LOCAL_NAMES, addresses: LOCAL_ADDRESSES };
const CLIENT: Leaf = { commonName: 'client', purpose: x509.ExtendedKeyUsage.clientAuth };

let serial = 0;

/** For these names, and the authority that signs it alone. */
export async function certificateFor(names: readonly string[]): Promise<{ ca: Pem; leaf: Pem }> {
  const issuer = await makeAuthority('sluice test CA');
  return { ca: pemOf(issuer.certificate, issuer.keys), leaf: await makeLeaf({ issuer, names }) };
}

export async function makeCertificates(): Promise<Certificates> {
  const [ca, otherCa] = await Promise.all([makeAuthority('sluice test CA'), makeAuthority('another test CA')]);
  const leaf = (fields: Leaf) => makeLeaf({ issuer: ca, ...fields });
  const [server, client] = await Promise.all([leaf(LOCAL), leaf(CLIENT)]);
  return {
    ca: pemOf(ca.certificate, ca.keys),
    otherCa: pemOf(otherCa.certificate, otherCa.keys),
    server,
    nameOnly: await leaf({ names: ['localhost'] }),
    ipOnly: await leaf({ addresses: ['127.0.0.1'] }),
    wildcard: await leaf({ names: ['*.example.test'] }),
    wrongHost: await leaf({ names: ['elsewhere.test'] }),
    commonNameOnly: await leaf({ commonName: 'localhost' }),
    expired: await leaf({ ...LOCAL, until: new Date('2021-01-01T00:00:00Z') }),
    notYetValid: await leaf({ ...LOCAL, from: new Date('2098-01-01T00:00:00Z') }),
    selfSigned: await makeLeaf(LOCAL),
    byOtherCa: await makeLeaf({ ...LOCAL, issuer: otherCa }),
    client,
    clientByOtherCa: await makeLeaf({ ...CLIENT, issuer: otherCa }),
    encrypted: encrypt(server),
    encryptedClient: encrypt(client),
  };
}

function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(EC, true, ['sign', 'verify']);
}

function nextSerial(): string {
  serial++;
  return serial.toString(16).padStart(4, '0');
}

async function makeAuthority(name: string): Promise<Authority> {
  const keys = await newKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: nextSerial(),
    name: `CN=${name}`,
    notBefore: FROM,
    notAfter: UNTIL,
    signingAlgorithm: EC,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificate, keys };
}

async function makeLeaf(leaf: Leaf): Promise<Pem> {
  const keys = await newKeys();
  const { names = [], addresses = [], issuer, purpose = x509.ExtendedKeyUsage.serverAuth } = leaf;
  const commonName = leaf.commonName ?? 'leaf';
  const alternatives = [
    ...names.map((value) => ({ type: 'dns', value }) as const),
    ...addresses.map((value) => ({ type: 'ip', value }) as const),
  ];
  const fields = {
    serialNumber: nextSerial(),
    notBefore: leaf.from ?? FROM,
    notAfter: leaf.until ?? UNTIL,
    signingAlgorithm: EC,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([purpose]),
      ...(alternatives.length > 0 ? [new x509.SubjectAlternativeNameExtension(alternatives)] : []),
    ],
  };
  const certificate = issuer
    ? await x509.X509CertificateGenerator.create({
        ...fields,
        subject: `CN=${commonName}`,
        issuer: issuer.certificate.subject,
        publicKey: keys.publicKey,
        signingKey: issuer.keys.privateKey,
      })
    : await x509.X509CertificateGenerator.createSelfSigned({ ...fields, name: `CN=${commonName}`, keys });
  return pemOf(certificate, keys);
}

function pemOf(certificate: x509.X509Certificate, keys: webcrypto.CryptoKeyPair): Pem {
  const key = KeyObject.from(keys.privateKey).export({ type: 'pkcs8', format: 'pem' });
  return { cert: `${certificate.toString('pem')}\n`, key: key.toString() };
}

function encrypt(pem: Pem): EncryptedPem {
  const key = createPrivateKey(pem.key).export({
    type: 'pkcs8',
    format: 'pem',
    cipher: 'aes-256-cbc',
    passphrase: PASSPHRASE,
  });
  return { cert: pem.cert, key: key.toString(), passphrase: PASSPHRASE };
}
