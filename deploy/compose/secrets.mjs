// Makes the secrets of the demo system below the folder given, once: what is there stays. Each file is
// readable in the containers that its folder is mounted into, and in no others.

import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const [folder] = process.argv.slice(2);
const random = () => randomBytes(32).toString('base64url');
const password = random();

// The last one says that all are there.
const files = {
  'database/password': password,
  'tonegate/pepper': random(),
  'tonegate/signing-key': generateKeyPairSync('ed25519').privateKey.export({
    type: 'pkcs8',
    format: 'pem',
  }),
  'tonegate/backend-token': random(),
  'tonegate/sms-token': random(),
  'tonegate/store': `postgres://tonegate:${password}@127.0.0.1:7432/tonegate`,
};

if (!existsSync(join(folder, 'tonegate/store'))) {
  for (const [name, secret] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), secret, { mode: 0o444 });
  }
}
