// eval("nothing" is hidden)
function f(a) {
  return a + 'b' // more
}
