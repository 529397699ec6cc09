/**
 * Replaces the SDK's module of the same purpose in the bundle (scripts/build.mjs): that module's validator of results is
 * a fifth of all that the extension loads, and this one supports the same dialects.
 */
export { CfWorkerJsonSchemaValidator as DefaultJsonSchemaValidator } from '@modelcontextprotocol/client/validators/cf-worker';
export const CORS_IS_POSSIBLE = false;
