import { fileLocations, type Crop } from "../crop.ts";
import type { Item, Outcome } from "./envelope.ts";
import type { Generation } from "./generations.ts";

/** The name and port under which clients reach this service. */
export interface Advertised {
  readonly host: string;
  readonly port: number;
}

/** The largest body of a call with an envelope, in MiB. */
export const maxBodyMbytes = 50;
/** The largest file that can be uploaded, in MiB, unless configured. */
export const defaultUploadMbytes = 2048;

/**
 * What clients ask before they sign in. They then talk to the host and port named here, not to the ones they asked.
 *
 * @param generation of the one who asks; `commonForm` where it is not known.
 */
export function configSettings(
  crop: Crop,
  advertised: Advertised,
  maxUploadMbytes: number,
  generation: Generation,
): Outcome {
  const extended = generation.extendedSettings;
  const javaClass = generation.classes.settings;
  const dto: Item["dto"] = {
    allowedProcessTypes: [],
    serverConfigs: {
      [crop.name]: {
        port: advertised.port,
        domain: advertised.host,
        contextRoot: `${crop.contextPath}/`,
        gobiiCropType: crop.name,
        fileLocations: fileLocations(crop),
        ...(extended ? { confidentialityNotice: null } : {}),
      },
    },
    serverCapabilities: {
      KDC: false,
      BRAPI: true,
      ...(extended ? { GOBII_BACKEND: true } : {}),
    },
    ...(extended ? { maxUploadSizeMbytes: maxUploadMbytes } : {}),
    id: 1,
  };
  return { status: 200, items: [{ dto, path: "configsettings/1", javaClass, linkId: "1" }] };
}
