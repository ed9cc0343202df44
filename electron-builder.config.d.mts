/** electron-builder's configuration; its schema is looked at by a test, for the package is not installed. */
declare const configuration: {
  readonly icon: string;
  readonly files: readonly string[];
  readonly electronFuses: Readonly<Record<string, boolean>>;
  readonly protocols: readonly { readonly schemes: readonly string[] }[];
  readonly [setting: string]: unknown;
};
export default configuration;
