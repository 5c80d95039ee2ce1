# MLIR and LLVM 22, linked as shared libraries.
set(QWENC_LLVM_PREFIX /usr/lib/llvm-22 CACHE PATH "Where LLVM and MLIR 22 are installed")
find_package(MLIR 22.1 REQUIRED CONFIG PATHS ${QWENC_LLVM_PREFIX} NO_DEFAULT_PATH)
list(APPEND CMAKE_MODULE_PATH ${MLIR_CMAKE_DIR} ${LLVM_CMAKE_DIR})
include(TableGen)
include(AddLLVM)
include(AddMLIR)
include(HandleLLVMOptions)
# Debian's libMLIR is built without assertions, and some of LLVM's types (llvm::Statistic) have another layout with them.
add_compile_definitions(NDEBUG)
include_directories(SYSTEM ${LLVM_INCLUDE_DIRS} ${MLIR_INCLUDE_DIRS})
set(LLVM_TOOLS_DIR ${LLVM_TOOLS_BINARY_DIR})

# MLIR's headers cost ten seconds a file: they are precompiled once, and every library of the compiler reuses that.
file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/mlir-pch.cpp CONTENT "")  # rewritten only when it changes
add_library(qwen_mlir_pch STATIC ${CMAKE_BINARY_DIR}/mlir-pch.cpp)
target_precompile_headers(qwen_mlir_pch PRIVATE ${CMAKE_SOURCE_DIR}/cmake/MlirHeaders.h)
function(qwen_mlir_library name)
  add_library(${name} STATIC ${ARGN})
  target_precompile_headers(${name} REUSE_FROM qwen_mlir_pch)
  target_link_libraries(${name} PUBLIC MLIR LLVM)
endfunction()
function(qwen_mlir_executable name)
  add_executable(${name} ${ARGN})
  # As the precompiled header is: CMake's -fPIE would make it useless.
  set_target_properties(${name} PROPERTIES POSITION_INDEPENDENT_CODE OFF)
  target_compile_options(${name} PRIVATE -fPIC)
  target_precompile_headers(${name} REUSE_FROM qwen_mlir_pch)
  target_link_libraries(${name} PRIVATE MLIR LLVM)
endfunction()
