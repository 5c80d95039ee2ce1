# lit's view of the tests: every .mlir and .test file below this folder, with the tools of this build in PATH.
import os

import lit.formats

config.name = "qwenc"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".mlir", ".test"]
config.excludes = ["data", "oracle", "Inputs"]
config.test_source_root = os.path.dirname(__file__)
config.test_exec_root = os.path.join(config.qwenc_build, "test", "lit")

# Ours first: an installed tool of the same name is not what is tested.
config.environment["PATH"] = os.pathsep.join(
    [os.path.join(config.qwenc_build, "bin"), config.llvm_tools, config.environment.get("PATH", "")]
)

# Tools of which several versions may be installed, by path: %llc is the one that fits the compiler.
for tool in ["llc", "mlir-translate", "opt"]:
    config.substitutions.append(("%" + tool, os.path.join(config.llvm_tools, tool)))
