def log = new File(basedir, 'build.log').text
def builds = log.split('Building wrong 1.0')
assert builds.size() == 7

assert builds[1].contains('<file>nowhere.onnx</file>: there is no model')
assert builds[2].contains('there is no entry tiny.onnx; there are no files that end in .onnx or .sinter')

assert builds[3].contains('which is too small for this model; its flag -Xmx gives it more')

def models = builds[4]
// Both operators at once.
assert models.contains('Frobnicate') && models.contains('Sprocket')
assert models.contains("batchSize")
assert models.contains('its class would be com.acme.wrong.Good, as that of')
assert models =~ /tiny.onnx: .enum., name of the class, is no name in Java source/
assert models.contains('tiny.onnx -> com.acme.wrong.Large:')
assert models.contains('maxArtifactBytes: at most 1,000 bytes of classes and weights were expected')
assert models =~ /case cases\/off, maxDifference 1.0E-6: hidden_state: 1 of 3 elements differ; element 0 is 0.5, expected 0.75; largest difference 0.250/
assert models =~ /maxLatency: at most 1.5 was expected, a run takes [\d.]+ times the baseline/
assert models.contains('tiny.onnx: maxLatency: it is a ratio, so a baseline is needed')
assert !log.contains('\tat ') : 'no stack trace'

// What is good was compiled, what breaks a limit was not written.
assert new File(basedir, 'target/generated-sources/sinter/com/acme/wrong/Good.java').isFile()
['Misspelt', 'Large', 'Slow', 'Unmeasured'].each {
    assert !new File(basedir, "target/generated-sources/sinter/com/acme/wrong/${it}.java").exists()
    assert !new File(basedir, "target/classes/com/acme/wrong/${it}Kernels.class").exists()
}
assert builds[5].contains('models are skipped (sinter.skip)')
assert builds[6].contains('there is no jar to align')
