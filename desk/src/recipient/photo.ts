/** A person's photo: where it is shown from, and how a picture becomes one. */
import type { RecipientFile } from "@/api/shapes";

/** A face in the corner of a screen, also of a large one; a telephone's picture has ten times as many pixels. */
const SIDE_MAX_PX = 960;
/** As the hub's own limit (`hub/storage/photos.py`). */
const BYTES_MAX = 512 * 1024;
const QUALITIES = [0.86, 0.7, 0.5];

/** What was chosen cannot be read as a picture. */
export class NoPictureError extends Error {}

/** Where the photo is; null without one, or without the person's consent. The hub keeps each look at it on record. */
export function photoAddress(file: Pick<RecipientFile, "id" | "photo_consent" | "photo_taken_in_at">): string | null {
  if (!file.photo_consent || file.photo_taken_in_at === null) return null;
  return `/api/v1/recipients/${file.id}/photo?of=${encodeURIComponent(file.photo_taken_in_at)}`;
}

/** In how many pixels a picture is kept; never in more than it has. */
export function keptSize(width: number, height: number): { width: number; height: number } {
  const scale = Math.min(1, SIDE_MAX_PX / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

/** The picture as it is kept: small, upright, and without what the camera wrote beside it, such as the place. */
export async function preparePhoto(picture: Blob): Promise<Blob> {
  const canvas = await draw(picture);
  let photo: Blob | null = null;
  for (const quality of QUALITIES) {
    photo = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/jpeg", quality));
    if (photo !== null && photo.size <= BYTES_MAX) return photo;
  }
  throw new NoPictureError();
}

async function draw(picture: Blob): Promise<HTMLCanvasElement> {
  const canvas = document.createElement("canvas");
  const pen = canvas.getContext("2d");
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(picture);
  } catch {
    throw new NoPictureError();
  }
  Object.assign(canvas, keptSize(bitmap.width, bitmap.height));
  if (pen === null) throw new NoPictureError();
  pen.fillStyle = "#fff"; // behind what is transparent: a JPEG has no holes
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  return canvas;
}
