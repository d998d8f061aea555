const CHECK_MS = 1000

function visible(root: HTMLElement, overlay: Element): boolean {
  if (!overlay.isConnected || !root.contains(overlay)) return false
  const style = getComputedStyle(overlay)
  const box = overlay.getBoundingClientRect()
  const whole = box.width >= root.clientWidth * 0.9 && box.height >= root.clientHeight * 0.9
  return whole && style.display !== 'none' && style.visibility === 'visible' && Number(style.opacity) > 0.5
}

/** Calls `onRemoved` once when the viewer's mark no longer covers the picture. A deterrent only: who controls the
 *  browser can get round it, and then the mark inside the stream remains. Answers a function that ends the watch. */
export function guardOverlay(root: HTMLElement, overlay: Element, onRemoved: () => void): () => void {
  const observer = new MutationObserver(check)
  const timer = window.setInterval(check, CHECK_MS)

  function finish(): void {
    observer.disconnect()
    window.clearInterval(timer)
  }

  function check(): void {
    if (root.clientWidth === 0 || visible(root, overlay)) return
    finish()
    onRemoved()
  }

  observer.observe(root, { childList: true, subtree: true, attributes: true, attributeFilter: ['style', 'class', 'hidden'] })
  return finish
}
