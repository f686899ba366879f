// The address under which the documents name it (document 002). Re-export only.
export { ConnectionStatus } from '../connection-status.tsx';
