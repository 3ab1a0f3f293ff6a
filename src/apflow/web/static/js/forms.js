// Hides questions that do not count with the answers chosen so far, and leaves them out of what is
// sent. Without it every question is shown, and says when it counts.
const hides = '[data-ap-shown-for][hidden]'

const answerOf = (form, name) => {
  const inputs = [...form.elements].filter((one) => one.name === name && one.closest(hides) === null)
  const chosen = inputs.find((one) => one.type !== 'radio' || one.checked)
  return chosen === undefined ? '' : chosen.value
}

const settle = (form) => {
  const parts = [...form.querySelectorAll('[data-ap-shown-for]')]
  // Twice, because a question may count only with the answer to one that counts itself only so.
  for (const part of [...parts, ...parts]) {
    const needs = Object.entries(JSON.parse(part.dataset.apShownFor))
    part.hidden = !needs.every(([name, answers]) => answers.includes(answerOf(form, name)))
  }
  for (const part of parts) {
    for (const input of part.querySelectorAll('input, select, textarea')) {
      input.disabled = input.closest(hides) !== null
    }
  }
}

const settleAll = () => document.querySelectorAll('form[data-ap-form]').forEach(settle)

document.addEventListener('change', settleAll)
// A page from the browser's memory shows what was chosen, not what was hidden.
window.addEventListener('pageshow', settleAll)
settleAll()
