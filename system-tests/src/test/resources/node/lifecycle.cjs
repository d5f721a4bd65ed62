// The life of a vault and its keys through Oracle's own client for Node.js. Prints one line for each thing that holds.
// Usage: node lifecycle.cjs <endpoint> <oci config> <compartment>
const assert = require("node:assert");
const crypto = require("node:crypto");
const common = require("oci-common");
const kms = require("oci-keymanagement");

const [endpoint, config, compartmentId] = process.argv.slice(2);
const who = { authenticationDetailsProvider: new common.ConfigFileAuthenticationDetailsProvider(config, "DEFAULT") };
const at = (client) => {
  client.endpoint = endpoint;
  return client;
};
const vaults = at(new kms.KmsVaultClient(who));
const keys = at(new kms.KmsManagementClient(who));
const crypt = at(new kms.KmsCryptoClient(who));
const base64 = (text) => Buffer.from(text).toString("base64");
const inDays = (days) => new Date(Date.now() + days * 86_400_000);
const holds = (what) => console.log("holds: " + what);

async function refused(call, status, code) {
  try {
    await call();
  } catch (e) {
    assert.equal(e.statusCode, status, e.message);
    assert.equal(e.serviceCode, code, e.message);
    return;
  }
  assert.fail("was not refused: " + code);
}

async function main() {
  const { vault } = await vaults.createVault({
    createVaultDetails: { compartmentId, displayName: "node", vaultType: "DEFAULT" },
  });
  const create = async (keyShape) =>
    (
      await keys.createKey({
        createKeyDetails: { compartmentId, displayName: "node", keyShape, protectionMode: "SOFTWARE" },
      })
    ).key;

  const aes = await create({ algorithm: "AES", length: 32 });
  assert.equal(aes.lifecycleState, "ENABLED");
  const { encryptedData } = await crypt.encrypt({
    encryptDataDetails: { keyId: aes.id, plaintext: base64("hello"), associatedData: { b: "2", a: "1" } },
  });
  const decrypt = (associatedData) =>
    crypt.decrypt({ decryptDataDetails: { keyId: aes.id, ciphertext: encryptedData.ciphertext, associatedData } });
  assert.equal((await decrypt({ a: "1", b: "2" })).decryptedData.plaintext, base64("hello"));
  await refused(() => decrypt({ a: "2", b: "1" }), 400, "InvalidParameter");
  holds("encrypt and decrypt");

  const { generatedKey } = await crypt.generateDataEncryptionKey({
    generateKeyDetails: { keyId: aes.id, includePlaintextKey: true, keyShape: { algorithm: "AES", length: 32 } },
  });
  assert.equal(Buffer.from(generatedKey.plaintext, "base64").length, 32);
  holds("generateDataEncryptionKey");

  const rsa = await create({ algorithm: "RSA", length: 256 });
  const signing = { keyId: rsa.id, message: base64("order"), signingAlgorithm: "SHA_256_RSA_PKCS_PSS" };
  const { signedData } = await crypt.sign({ signDataDetails: signing });
  const version = (await keys.getKeyVersion({ keyId: rsa.id, keyVersionId: signedData.keyVersionId })).keyVersion;
  assert(
    crypto.verify(
      "sha256",
      Buffer.from("order"),
      {
        key: version.publicKey,
        padding: crypto.constants.RSA_PKCS1_PSS_PADDING,
        saltLength: crypto.constants.RSA_PSS_SALTLEN_DIGEST,
      },
      Buffer.from(signedData.signature, "base64"),
    ),
  );
  const { verifiedData } = await crypt.verify({
    verifyDataDetails: { ...signing, keyVersionId: signedData.keyVersionId, signature: signedData.signature },
  });
  assert.equal(verifiedData.isSignatureValid, true);
  holds("sign, verified here and there");

  const { wrappingKey } = await keys.getWrappingKey({});
  const material = crypto.randomBytes(32);
  const wrap = (pem, bytes) =>
    crypto
      .publicEncrypt({ key: pem, padding: crypto.constants.RSA_PKCS1_OAEP_PADDING, oaepHash: "sha256" }, bytes)
      .toString("base64");
  const { key: brought } = await keys.importKey({
    importKeyDetails: {
      compartmentId,
      displayName: "brought",
      keyShape: { algorithm: "AES", length: 32 },
      protectionMode: "SOFTWARE",
      wrappedImportKey: { keyMaterial: wrap(wrappingKey.publicKey, material), wrappingAlgorithm: "RSA_OAEP_SHA256" },
    },
  });
  const recipient = crypto.generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
  });
  const { exportedKeyData } = await crypt.exportKey({
    exportKeyDetails: { keyId: brought.id, algorithm: "RSA_OAEP_SHA256", publicKey: recipient.publicKey },
  });
  const exported = crypto.privateDecrypt(
    { key: recipient.privateKey, padding: crypto.constants.RSA_PKCS1_OAEP_PADDING, oaepHash: "sha256" },
    Buffer.from(exportedKeyData.encryptedKey, "base64"),
  );
  assert(exported.equals(material));
  holds("a brought key goes out again");

  const { keyVersion: again } = await keys.importKeyVersion({
    keyId: brought.id,
    importKeyVersionDetails: {
      wrappedImportKey: {
        keyMaterial: wrap(wrappingKey.publicKey, crypto.randomBytes(32)),
        wrappingAlgorithm: "RSA_OAEP_SHA256",
      },
    },
  });
  assert.equal(again.origin, "EXTERNAL");
  const { items } = await keys.listKeyVersions({ keyId: brought.id, sortBy: "TIMECREATED", sortOrder: "ASC" });
  assert.deepEqual(
    items.map((each) => each.id),
    [brought.currentKeyVersion, again.id],
  );
  holds("a brought version is the key's second");

  const end = await keys.scheduleKeyDeletion({
    keyId: brought.id,
    scheduleKeyDeletionDetails: { timeOfDeletion: inDays(9) },
  });
  assert.equal(end.key.lifecycleState, "PENDING_DELETION");
  const useBrought = () => crypt.encrypt({ encryptDataDetails: { keyId: brought.id, plaintext: base64("x") } });
  await refused(useBrought, 409, "Conflict");
  await keys.cancelKeyDeletion({ keyId: brought.id });
  await useBrought();
  holds("a key goes and comes back");

  const first = aes.currentKeyVersion;
  await keys.createKeyVersion({ keyId: aes.id });
  const scheduled = await keys.scheduleKeyVersionDeletion({
    keyId: aes.id,
    keyVersionId: first,
    scheduleKeyVersionDeletionDetails: { timeOfDeletion: inDays(9) },
  });
  assert.equal(scheduled.keyVersion.lifecycleState, "PENDING_DELETION");
  await refused(() => decrypt({ a: "1", b: "2" }), 409, "Conflict");
  await keys.cancelKeyVersionDeletion({ keyId: aes.id, keyVersionId: first });
  assert.equal((await decrypt({ a: "1", b: "2" })).decryptedData.plaintext, base64("hello"));
  holds("a version goes and comes back");

  const { key: updated, etag } = await keys.updateKey({
    keyId: aes.id,
    updateKeyDetails: {
      displayName: "renamed",
      isAutoRotationEnabled: true,
      autoKeyRotationDetails: { rotationIntervalInDays: 90 },
    },
  });
  assert.equal(updated.displayName, "renamed");
  assert.equal(updated.autoKeyRotationDetails.rotationIntervalInDays, 90);
  await keys.disableKey({ keyId: aes.id, ifMatch: etag });
  await refused(() => keys.enableKey({ keyId: aes.id, ifMatch: etag }), 412, "NoEtagMatch");
  await keys.enableKey({ keyId: aes.id });
  holds("update, disable, enable with etags");

  const listed = [];
  for await (const each of keys.listKeysRecordIterator({ compartmentId, limit: 2 })) {
    listed.push(each.id);
  }
  assert([aes.id, rsa.id, brought.id].every((id) => listed.includes(id)));
  holds("listing by pages");

  const read = await vaults.getVault({ vaultId: vault.id });
  assert.equal(read.vault.displayName, "node");
  const named = await vaults.updateVault({
    vaultId: vault.id,
    ifMatch: read.etag,
    updateVaultDetails: { displayName: "renamed", freeformTags: { team: "payments" } },
  });
  assert.equal(named.vault.displayName, "renamed");
  await refused(
    () => vaults.updateVault({ vaultId: vault.id, ifMatch: read.etag, updateVaultDetails: { displayName: "late" } }),
    412,
    "NoEtagMatch",
  );
  const vaultsOf = async (compartment) => {
    const ids = [];
    for await (const each of vaults.listVaultsRecordIterator({ compartmentId: compartment, limit: 2 })) {
      ids.push(each.id);
    }
    return ids;
  };
  const move = (to) =>
    vaults.changeVaultCompartment({
      vaultId: vault.id,
      changeVaultCompartmentDetails: { compartmentId: to },
    });
  const tenancy = who.authenticationDetailsProvider.getTenantId();
  await move(tenancy);
  assert((await vaultsOf(tenancy)).includes(vault.id));
  assert(!(await vaultsOf(compartmentId)).includes(vault.id));
  await move(compartmentId);
  assert((await vaultsOf(compartmentId)).includes(vault.id));
  holds("a vault is read, updated, listed and moved");

  await vaults.scheduleVaultDeletion({
    vaultId: vault.id,
    scheduleVaultDeletionDetails: { timeOfDeletion: inDays(9) },
  });
  assert.equal((await keys.getKey({ keyId: rsa.id })).key.lifecycleState, "PENDING_DELETION");
  await vaults.cancelVaultDeletion({ vaultId: vault.id });
  assert.equal((await keys.getKey({ keyId: rsa.id })).key.lifecycleState, "ENABLED");
  holds("a vault takes its keys along and gives them back");
}

main().then(
  () => console.log("everything holds"),
  (e) => {
    console.error(e);
    process.exit(1);
  },
);
