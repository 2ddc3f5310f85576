// All operations of the server, a function for each file of them.
#pragma once

#include <vector>

#include "serve/http/route.h"
#include "serve/routes/operation.h"
#include "serve/routes/service.h"

namespace musicgen::serve {

using Operations = std::vector<Operation>;

// Ours.
void AddGenerate(Service& service, Operations& operations);   // generate.cc
void AddSeparate(Service& service, Operations& operations);   // separate.cc
void AddJobs(Service& service, Operations& operations);       // job_operations.cc
void AddJobEvents(Service& service, Operations& operations);  // job_events.cc
void AddModels(Service& service, Operations& operations);     // models.cc
void AddStatus(Service& service, Operations& operations);     // status.cc
// Those that other people's clients know.
void AddOpenAi(Service& service, Operations& operations);       // openai_speech.cc
void AddElevenLabs(Service& service, Operations& operations);   // elevenlabs.cc
void AddReplicate(Service& service, Operations& operations);    // replicate.cc
void AddHuggingFace(Service& service, Operations& operations);  // huggingface.cc
void AddGary4juce(Service& service, Operations& operations);    // gary4juce.cc

Operations AllOperations(Service& service);
// Their routes, /openapi.json and the page. `service` outlives them.
std::vector<Route> AllRoutes(Service& service);

}  // namespace musicgen::serve
