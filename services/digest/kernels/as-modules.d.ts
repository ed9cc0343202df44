/** `NAME.as.ts`, AssemblyScript, compiled while bundling: the WebAssembly module as base64. */
declare module "*.as.wasm" {
  const base64: string;
  export default base64;
}
